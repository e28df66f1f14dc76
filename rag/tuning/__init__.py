"""Settings of retrieval chosen on development questions alone."""
