"""The optional judge: an LLM behind an OpenAI-compatible endpoint, asked through ragas, checked against human marks."""
