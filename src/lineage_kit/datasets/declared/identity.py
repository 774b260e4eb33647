"""How a declared dataset is identified: by its OpenLineage name, an address, or an Airflow connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lineage_kit.datasets.naming import DatasetName, from_uri, without_secrets
from lineage_kit.datasets.templates import is_template, without_templates
from lineage_kit.exceptions import DeclarationError


@dataclass(frozen=True)
class Named:
    """A dataset whose OpenLineage name the author knows.

    Args:
        name: namespace and name.

    """

    name: DatasetName

    def __post_init__(self) -> None:
        """Refuse what may hold a password or a signature; names are shown and stored.

        Raises:
            DeclarationError: there are options in the namespace, or the name is a signed address.

        """
        namespace = without_templates(self.name.namespace)
        if set("?;#") & set(namespace) or without_secrets(f"s3://bucket/{self.name.name}", query=True) != (
            f"s3://bucket/{self.name.name}"
        ):
            msg = (
                "Options behind `?`, `#` or `;` are no part of the name of a dataset, and may be secrets; leave them "
                "out, as in Table('postgres://host:5432', 'shop.public.orders')."
            )
            raise DeclarationError(msg)

    def told(self) -> dict[str, Any]:
        """Return the identity as plain JSON."""
        return {"namespace": self.name.namespace, "name": self.name.name}


@dataclass(frozen=True)
class OnConnection:
    """A table that is named as tasks with SQL on the connection name it; that is known when a task runs.

    Args:
        connection: id of the Airflow connection.
        table: the table, spelled as in a statement.

    """

    connection: str
    table: str

    def told(self) -> dict[str, Any]:
        """Return the identity as plain JSON."""
        return {"connection": self.connection, "table": self.table}


@dataclass(frozen=True)
class AtUri:
    """A file, object, folder or topic at an address.

    Args:
        uri: the address, absolute; it may have Jinja in it.

    """

    uri: str

    def told(self) -> dict[str, Any]:
        """Return the identity as plain JSON."""
        return {"uri": self.uri}


Identity = Named | OnConnection | AtUri


def name_of(identity: Identity) -> DatasetName | None:
    """Return the OpenLineage name; None where it is known only when a task runs."""
    match identity:
        case Named(name):
            return name
        case AtUri(uri) if not is_template(uri):
            return from_uri(uri)
    return None
