"""Intervals and tests for clustered and for paired scores, and how many questions they need."""
