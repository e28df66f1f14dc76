"""Looking at rows before a verdict rests on them: the page, what was said on it, and what that comes to."""
