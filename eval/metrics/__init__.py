"""Judge-free metrics of what a reply says, how it says it, and what was retrieved for it."""
