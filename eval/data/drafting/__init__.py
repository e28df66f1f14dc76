"""Questions with sure answers from a bare corpus, by its tables, fields and sentences; no model takes part."""
