"""Tables that authors of DAGs declare."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lineage_kit.datasets.declared.identity import Named, OnConnection
from lineage_kit.datasets.declared.systems import TablesBySystem
from lineage_kit.datasets.declared.values import text_of
from lineage_kit.datasets.naming import checked
from lineage_kit.datasets.templates import without_templates
from lineage_kit.exceptions import DeclarationError

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from lineage_kit.datasets.declared.details import DetailArguments

#: What ids of connections do not have in them, and addresses have.
_NO_ID = re.compile(r"://|[@;=?&\s]")


class Table(TablesBySystem):
    """A table or view, for ``inlets`` and ``outlets`` of every operator and decorator.

    Args:
        namespace: OpenLineage namespace of the system, such as ``postgres://host:5432``; ``cluster`` is another name
            for it, that of Airflow's own ``Table``.
        name: whole name of the table in it, such as ``shop.public.orders``; without what ``database`` says.
        database: what stands before the name, as in Airflow's own ``Table``.
        details: see :class:`~lineage_kit.datasets.declared.details.DetailArguments`.

    Raises:
        DeclarationError: the name does not keep to OpenLineage's naming rules, or a detail is not of the right form;
            the message shows it.

    """

    def __init__(
        self,
        namespace: str | None = None,
        name: str | None = None,
        *,
        cluster: str | None = None,
        database: str | None = None,
        **details: Unpack[DetailArguments],
    ) -> None:
        if namespace and cluster and namespace != cluster:
            msg = "`cluster` of a Table is another name for `namespace`; give one of them."
            raise DeclarationError(msg)
        if not (namespace or cluster) or not name:
            msg = (
                "A Table needs its namespace and its name: Table('postgres://host:5432', 'shop.public.orders'); with "
                "an Airflow connection: Table.from_conn('shop_db', 'shop.public.orders')."
            )
            raise DeclarationError(msg)
        form = "Table('postgres://host:5432', 'shop.public.orders')"
        system = text_of(namespace or cluster, "the namespace of a table", form)
        parts = [text_of(part, "the name of a table", form) for part in (database, name) if part not in (None, "")]
        self._fill(Named(checked(system, ".".join(parts))), details)

    @classmethod
    def from_conn(cls, conn_id: str, table: str, **details: Unpack[DetailArguments]) -> Self:
        """Return a table that has the name which tasks with SQL on an Airflow connection give it.

        The connection is looked up when a task runs, never while DAGs are parsed.

        Args:
            conn_id: id of the connection.
            table: the table as a statement would name it: with database and schema where the connection does not say
                them, and quoted where the database needs it.
            details: see :class:`~lineage_kit.datasets.declared.details.DetailArguments`.

        Raises:
            DeclarationError: an argument is not of the right form, or an address stands where the id belongs.

        """
        form = "Table.from_conn('shop_db', 'shop.public.orders')"
        identity = OnConnection(text_of(conn_id, "a connection id", form), text_of(table, "a table", form))
        if _NO_ID.search(without_templates(conn_id)):
            # Not quoted: an address may have a password in it.
            msg = f"This is no connection id; it is the id that the connection has in Airflow, such as {form}."
            raise DeclarationError(msg)
        return cls._of(identity, details)
