"""Whole pages: of a run, of several runs, of a comparison."""
