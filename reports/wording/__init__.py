"""Sentences for people, made of the records of `eval.verdict` and `eval.analysis`; it needs nothing else of reports."""
