"""A run's winner as a folder that serves from anywhere: index, adapter, prompt and settings, without the data set."""
