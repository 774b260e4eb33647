"""Sensors: what they waited for is the input of their tasks."""
