"""Is it said as wanted? The style checks."""
