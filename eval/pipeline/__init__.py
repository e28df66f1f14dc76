"""What a run consists of: its plan, its steps, and the fingerprints that name what each of them made."""
