"""Whether a name keeps the naming rules, and if not, why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage_kit.datasets.naming.name import DatasetName
from lineage_kit.datasets.naming.rulebook import ELSEWHERE, heads, rule_of
from lineage_kit.datasets.naming.rules import head_of
from lineage_kit.datasets.naming.schemes import CONTAINER_SCHEMES, canonical_scheme
from lineage_kit.datasets.naming.templates import as_rendered, is_unknown
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from lineage_kit.datasets.naming.rules import Rule

#: A namespace of a system that nobody here knows: a scheme with something behind it, or an ARN or URN.
_WELL_FORMED = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#][^\s?#]*(?<!/)|(?:arn|urn):[^\s:]+:\S+")
_URI = re.compile(r"[A-Za-z][\w+.-]*://")
#: What a namespace looks like, for those of no known scheme.
_ANY_FORM = "scheme://host:port"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a name, or strange about it.

    Args:
        reason: a sentence.
        rule: the one that the name should keep; None where the system is not known.
        wrong: whether a rule is broken; otherwise the name is allowed, and may be a slip of the pen.

    """

    reason: str
    rule: Rule | None = None
    wrong: bool = True

    @property
    def form(self) -> str:
        """The form of namespace and name, with an example."""
        if self.rule is None:
            return _ANY_FORM
        return f"{self.rule.form}, for example {self.rule.example}"


def checked(namespace: str, name: str) -> DatasetName:
    """Return the name if it keeps the rules; one of a system without rules is taken as it is.

    What Jinja will put in counts as a word.

    Raises:
        DeclarationError: a rule is broken; the message shows the right form, and never credentials.

    """
    problem = problem_of(namespace, name)
    if problem is not None and problem.wrong:
        from lineage_kit.datasets.naming.mending import suggested

        meant = suggested(namespace, name)
        end = f" It should be: {meant}." if meant else ""
        msg = f"{shown(namespace, name)} is not named right. {problem.reason} The form is: {problem.form}.{end}"
        raise DeclarationError(msg)
    return DatasetName(namespace, name)


def problem_of(namespace: Any, name: Any) -> Problem | None:
    """Return what is wrong with a name, or strange about it; None where nothing is."""
    if problem := _unfit(namespace, name):
        return problem
    if is_unknown(namespace):
        return None
    found = [_broken(*rendered, is_unknown(name)) for rendered in as_rendered(namespace, name)]
    return None if None in found else found[0]


def shown(namespace: Any, name: Any) -> str:
    """Return a name for a message, without what may be a secret."""
    if not isinstance(namespace, str) or not isinstance(name, str):
        return f"A dataset with a namespace of type {type(namespace).__name__} and a name of type {type(name).__name__}"
    scheme, separator, _ = namespace.partition("://")
    # Options behind `?` and `;` may hold passwords and signatures.
    if has_credentials(namespace) or set("?;") & set(namespace):
        namespace = f"{scheme}{separator}***" if separator else "***"
    if "://" in name and has_credentials(name):
        name = "***"
    elif scheme.lower() in {"http", "https", *CONTAINER_SCHEMES} or "://" in name:
        path, question, _ = name.partition("?")
        name = f"{path}?***" if question else path
    return f"{namespace} {name}".strip() or "A dataset without namespace and name"


def has_credentials(address: str) -> bool:
    """Tell whether a user stands before a host, maybe with a password; a container of Azure is none."""
    scheme, separator, rest = address.partition("://")
    user, at, _ = (rest if separator else address).rpartition("@")
    return bool(at) and (scheme.lower() not in CONTAINER_SCHEMES or any(sign in user for sign in ":/@"))


def _unfit(namespace: Any, name: Any) -> Problem | None:
    """Return what no name of any system may be."""
    for text, what in ((namespace, "namespace"), (name, "name")):
        if not isinstance(text, str) or not text.strip():
            return Problem(f"The {what} is empty." if isinstance(text, str) else f"The {what} is not text.")
        if text != text.strip():
            return Problem(f"The {what} has blanks around it.", rule_of(namespace))
    if has_credentials(namespace):
        return Problem("A user or a password does not belong into a namespace.", rule_of(namespace))
    return None


def _broken(namespace: str, name: str, name_unknown: bool) -> Problem | None:
    """Return the rule that a name without Jinja breaks."""
    rule = rule_of(namespace)
    if rule is None:
        return _strange(namespace)
    if rule.match_namespace(namespace) is None:
        return Problem(_wrong_namespace(rule, namespace), rule)
    if _URI.match(name):
        return Problem("The name is a whole URI.", rule)
    if name_unknown or rule.parse(DatasetName(namespace, name)) is not None:
        return None
    return Problem(_wrong_name(rule, name), rule)


def _strange(namespace: str) -> Problem | None:
    """Return what is to be said of a namespace of no known system."""
    head = head_of(namespace)
    if head.lower() in ELSEWHERE:
        return Problem(ELSEWHERE[head.lower()])
    known = canonical_scheme(head)
    if known in heads() and known != head:
        rule = rule_of(known if known == "file" else f"{known}://")
        return Problem(f"The scheme `{head}` is written `{known}`.", rule)
    if not _WELL_FORMED.fullmatch(namespace):
        return Problem("A namespace is a scheme and what is behind it, without a slash at its end.")
    if "://" not in namespace:
        return None
    import difflib

    close = difflib.get_close_matches(head, [each for each in heads() if ":" not in each], n=3, cutoff=0.8)
    meant = " or ".join(f"`{each}`" for each in close)
    return Problem(f"The scheme `{head}` is not known; maybe {meant} is meant.", wrong=False) if close else None


def _wrong_namespace(rule: Rule, namespace: str) -> str:
    """Return why a namespace does not keep the rule."""

    def would_do(other: str) -> bool:
        return rule.match_namespace(other) is not None

    if "://" in rule.namespace and "://" not in namespace:
        return "The scheme is alone; more belongs into the namespace."
    if "{" not in rule.namespace:
        return f"The namespace is `{rule.namespace}` and nothing else."
    reasons = {
        "A slash does not belong at the end of the namespace.": namespace.endswith("/"),
        "The account stands without .snowflakecomputing.com.": ".snowflakecomputing." in namespace.lower(),
        "Hosts and accounts are in lower case.": would_do(namespace.lower()),
        "The port is missing.": rule.port is not None and would_do(f"{namespace}:{rule.port}"),
        "The namespace has no path; that belongs into the name.": would_do("/".join(namespace.split("/")[:3])),
    }
    return next((reason for reason, holds in reasons.items() if holds), "The namespace is not of the right form.")


def _wrong_name(rule: Rule, name: str) -> str:
    """Return why a name does not keep the rule."""
    parts = name.split(".")
    reasons = {
        "A part of the name is empty.": rule.levels > 1 and not all(part.strip(" /") for part in parts),
        "The path is relative; only an absolute one says where the file is.": rule.system == "local" and name[0] != "/",
        "A slash does not belong before the name.": name.startswith("/") and rule.system not in {"local", "ydb"},
        "A slash does not belong behind the name.": name.endswith("/"),
        "A query does not belong into the name.": rule.head in {"http", "https"} and "?" in name,
        f"The name has {_counted(len(parts))}, where {rule.title} has {rule.levels}.": rule.levels > 0
        and len(parts) != rule.levels,
    }
    return next((reason for reason, holds in reasons.items() if holds), "The name is not of the right form.")


def _counted(parts: int) -> str:
    return "1 part" if parts == 1 else f"{parts} parts"
