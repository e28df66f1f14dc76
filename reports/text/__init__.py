"""Sentences and Markdown."""
