"""Data quality checks: what a task's checks found, on the dataset that they looked at."""
