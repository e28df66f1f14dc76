"""How a question finds its passages: one implementation a file."""
