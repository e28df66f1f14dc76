"""From a run's files to pages."""
