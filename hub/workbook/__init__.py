"""Workbooks: what people fill in with a spreadsheet program."""
