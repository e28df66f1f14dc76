"""In which language pages are written: tables of texts, particles, and what is told in one."""
