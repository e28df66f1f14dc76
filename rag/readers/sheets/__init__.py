"""Spreadsheets as rows of cells, each cell as its program shows it."""
