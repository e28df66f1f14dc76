"""A run in the forms that others read."""
