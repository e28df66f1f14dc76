"""Word files as text: paragraphs, styles, numbered lists."""
