"""Statements that a grammar knows: what they write, define or change."""
