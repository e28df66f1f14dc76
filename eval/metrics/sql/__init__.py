"""Replies that are queries: run on the data set's database and compared by their rows."""
