"""A trained model in other forms: merged, or GGUF for llama.cpp and Ollama."""
