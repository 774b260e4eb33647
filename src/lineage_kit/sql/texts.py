"""The texts that the variables of a script hold, as far as they are certain: dynamic SQL runs them."""

from __future__ import annotations


class Texts:
    """The known texts by the name of the variable.

    A variable that takes a second text before the first one was used holds one or the other: which one depends on what
    the script decides when it runs.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str | None] = {}
        self._used: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def assign(self, name: str, text: str | None) -> None:
        """Let a variable take a text, or None for one that is not known."""
        undecided = self._texts.get(name, "") != "" and name not in self._used
        self._texts[name] = None if undecided else text
        self._used.discard(name)

    def extend(self, name: str, text: str | None) -> None:
        """Add to the text of a variable; None takes away what is known of it."""
        known = self._texts.get(name)
        self._texts[name] = None if known is None or text is None else known + text

    def use(self, name: str) -> str | None:
        """Return the text of a variable, or None if it is not certain."""
        self._used.add(name)
        return self._texts.get(name)
