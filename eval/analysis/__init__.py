"""What a run's files say beyond the verdict: causes of failure, money, side effects, comparisons."""
