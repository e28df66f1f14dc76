"""What tuning made a model forget."""
