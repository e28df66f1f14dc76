"""The gates: what can be wrong with a data set before anything is trained on it."""
