"""Files of a corpus as text, one module for each kind of file."""
