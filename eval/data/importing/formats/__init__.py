"""One module a format; each registers itself with `eval.data.importing.import_format`."""
