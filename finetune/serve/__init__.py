"""A run's winner behind an OpenAI-compatible endpoint, and the private chat page, both on this machine."""
