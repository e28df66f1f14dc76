"""The parts of a run's page: each makes its rows, words and pictures."""
