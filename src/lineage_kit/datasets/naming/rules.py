"""What a naming rule is: the forms of namespace and name, written from parts and read back into them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from lineage_kit.datasets.naming.name import DatasetName

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A piece of a form: ``[`` … ``]`` around what may be missing, ``{part}``, or text that stands as it is.
_PIECE = re.compile(r"\[(?P<optional>[^\]]*)\]|\{(?P<part>\w+)\}|(?P<text>[^\[{]+)")

#: What any part of a name may be: no dot, because dots are between the parts, and no blank at either end.
_WORD = r"[^.\s](?:[^.]*[^.\s])?"
_HOST = r"\[[0-9a-f:.%\w]+\]|(?:(?![A-Z])[\w.,-])+"
#: Text without a slash at either end, or the root of the store.
_KEY = r"/|[^/\s](?:.*[^/\s])?"

#: What the parts may be, by their names; parts that are not here are words.
_PATTERNS = {
    "account": r"(?!.*\.snowflakecomputing\.)(?:(?![A-Z])\w)+(?:[.-](?:(?![A-Z])[\w-])+)*",
    "bucket": r"[^\s/:@]+",
    "container": r"[^\s/:@]+",
    "host": _HOST,
    "instance": r"[\w-]+",
    "key": _KEY,
    "path": _KEY,
    "port": r"\d+",
    "region": r"[a-z0-9-]+",
    "service": r"[a-z0-9-]+",
    "topic": r"[^\s/](?:[^/]*[^\s/])?",
    "workspace": _HOST,
}

#: What the parts of an example are.
_EXAMPLES = {
    "account": "acme-sales",
    "bucket": "lake",
    "catalog": "hive",
    "cluster": "warehouse",
    "collection": "orders",
    "container": "box",
    "database": "shop",
    "host": "db.example",
    "instance": "main",
    "key": "daily/orders.csv",
    "keyspace": "shop",
    "path": "daily/orders.csv",
    "project": "acme",
    "region": "eu-west-1",
    "schema": "public",
    "service": "lakeaccount",
    "table": "orders",
    "topic": "orders",
    "workspace": "adb-1.azuredatabricks.net",
}


#: Whose rule it is: OpenLineage's (website/docs/spec/naming.md), that of the hooks and assets of Airflow's providers,
#: or our own, by analogy.
Source = Literal["spec", "airflow", "kit"]


@dataclass(frozen=True)
class Rule:
    """How the datasets of a system are named.

    Args:
        system: the name of the system in calls of ``named``.
        title: what people call it.
        namespace: the form of the namespace, with ``{parts}`` and, in brackets, what may be missing.
        name: the form of the name.
        port: the usual one, where the namespace has a port.
        patterns: regular expressions of parts that are not what parts of their name usually are.
        words: other words for parts, such as the client's or the system's own.
        examples: parts of the example that are not the usual ones.
        source: whose rule it is.

    """

    system: str
    title: str
    namespace: str
    name: str
    port: int | None = None
    patterns: Mapping[str, str] = field(default_factory=dict, hash=False)
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    examples: Mapping[str, str] = field(default_factory=dict, hash=False)
    source: Source = "spec"

    @cached_property
    def head(self) -> str:
        """What namespaces of the system begin with: see :func:`head_of`."""
        return head_of(self.namespace)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The parts, in the order of the forms."""
        return tuple(dict.fromkeys(re.findall(r"\{(\w+)\}", self.namespace + self.name)))

    @cached_property
    def optional(self) -> frozenset[str]:
        """The parts that may be missing."""
        return frozenset(re.findall(r"\[[^\]{]*\{(\w+)\}[^\]]*\]", self.namespace))

    @cached_property
    def levels(self) -> int:
        """How many parts a name has between dots; 0 where it is no such name."""
        return self.name.count("}.{") + 1 if re.fullmatch(r"\{\w+\}(\.\{\w+\})*", self.name) and self.is_table else 0

    @property
    def is_table(self) -> bool:
        """Whether names are words between dots, not paths or the like."""
        return not any(f"{{{part}}}" in self.name for part in ("key", "path", "topic"))

    @property
    def form(self) -> str:
        """Namespace and name, with the parts in braces."""
        return f"{self.namespace} {self.name}"

    @property
    def example(self) -> DatasetName:
        """A name that keeps the rule."""
        usual = {**_EXAMPLES, "port": str(self.port), **self.examples}
        return self.format({part: usual[part] for part in self.parts if part not in self.optional})

    def accepts(self, part: str, value: str) -> bool:
        """Tell whether a part may be ``value``."""
        return re.fullmatch(self._pattern(part), value, re.DOTALL) is not None

    def format(self, parts: Mapping[str, str]) -> DatasetName:
        """Return the name that has these parts."""
        return DatasetName(_written(self.namespace, parts), _written(self.name, parts))

    def parse(self, name: DatasetName) -> dict[str, str] | None:
        """Return the parts of a name; None where it does not keep the rule."""
        namespace = self.match_namespace(name.namespace)
        rest = self._name.fullmatch(name.name)
        if namespace is None or rest is None:
            return None
        return {**namespace, **rest.groupdict()}

    def match_namespace(self, namespace: str) -> dict[str, str] | None:
        """Return the parts that the namespace tells; None where it does not keep the rule."""
        match = self._namespace.fullmatch(namespace)
        return {part: value for part, value in match.groupdict().items() if value is not None} if match else None

    @cached_property
    def _namespace(self) -> re.Pattern[str]:
        return re.compile(self._expression(self.namespace), re.DOTALL)

    @cached_property
    def _name(self) -> re.Pattern[str]:
        outside = ("(?!/)", "(?<!/)") if self.is_table else ("", "")
        return re.compile(self._expression(self.name).join(outside), re.DOTALL)

    def _expression(self, form: str) -> str:
        """Return the regular expression of a form, with a group for each part."""
        found = []
        for piece in _PIECE.finditer(form):
            if piece["optional"] is not None:
                found.append(f"(?:{self._expression(piece['optional'])})?")
            elif piece["part"] is not None:
                found.append(f"(?P<{piece['part']}>{self._pattern(piece['part'])})")
            else:
                found.append(re.escape(piece["text"]))
        return "".join(found)

    def _pattern(self, part: str) -> str:
        return self.patterns.get(part) or _PATTERNS.get(part, _WORD)


def head_of(namespace: str) -> str:
    """Return what tells the system of a namespace: the scheme, the service of an ARN, or the namespace itself."""
    if namespace.startswith("arn:"):
        return ":".join(namespace.split(":")[:3])
    return namespace.partition("://")[0]


def _written(form: str, parts: Mapping[str, str]) -> str:
    """Return the form with its parts; what may be missing is left out where its parts are."""
    written = []
    for piece in _PIECE.finditer(form):
        if piece["optional"] is not None:
            wanted = re.findall(r"\{(\w+)\}", piece["optional"])
            written.append(_written(piece["optional"], parts) if all(part in parts for part in wanted) else "")
        else:
            written.append(parts[piece["part"]] if piece["part"] is not None else piece["text"])
    return "".join(written)
