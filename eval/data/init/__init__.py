"""A data set's settings, proposed from its own rows and documents."""
