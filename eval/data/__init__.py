"""A data set on disk: read, checked, split, and the examples that prompts quote."""
