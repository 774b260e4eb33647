"""What unit tests of several folders share."""

from support.running_task import running  # a fixture, found by its name

__all__ = ["running"]
