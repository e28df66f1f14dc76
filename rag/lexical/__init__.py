"""Word search: what counts as a word, and the BM25 index of a corpus."""
