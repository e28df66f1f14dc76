"""In which language pages are written: tables of texts, particles, and translation by them."""
