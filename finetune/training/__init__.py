"""Training an adapter, and what it takes."""
