"""From scores to the verdict: evidence, the rule, and what to do next."""
