"""Is the content of a reply right? One module for each metric, and what they share."""
