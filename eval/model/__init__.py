"""The one loaded base model: where it lies, in what form it is held, and how it answers."""
