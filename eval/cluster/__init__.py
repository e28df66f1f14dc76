"""Many tasks on many workers: what runs where, when, and what happens when a machine goes away."""
