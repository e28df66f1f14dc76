"""Numbers, units, dates and times in text, and when two of them are the same."""
