"""Text as metrics compare it: normal forms, scripts, languages."""
