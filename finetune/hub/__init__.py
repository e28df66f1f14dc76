"""Adapters and models to the Hugging Face Hub and back."""
