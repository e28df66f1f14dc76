"""Where passages and their vectors are kept: one implementation a file."""
