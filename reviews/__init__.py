"""Peer review: people of another trust read one assessment, comment, and are answered."""
