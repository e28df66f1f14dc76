"""Training rows: made, checked, shown."""
