"""Datasets that somebody tells as plain JSON, authors of DAGs or programs that tasks run: what they are and have."""
