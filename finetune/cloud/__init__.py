"""Fine-tuning by a provider: plan first, send only on the word of the user, and exactly one job."""
