"""Operators of cloud and data services: what they did there, from their attributes and the services' own answers."""
