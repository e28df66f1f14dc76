"""Questions from the files that people have: spreadsheets, and the test sets of other tools."""
