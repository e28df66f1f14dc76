"""PDF files as text: letters, words, lines, tables, form fields."""
