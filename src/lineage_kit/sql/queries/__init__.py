"""Queries: what a SELECT gives, reads, and which column comes from which."""
