"""Transfers: operators that move data from one system to another, source and target on one event."""
