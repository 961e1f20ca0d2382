"""Spreadsheets: reading those that people send, and writing those that they fill in."""
