"""Great Expectations: what a validation found, on the dataset that was validated. Nothing is imported from it."""
