"""What operators of AWS share: the place they work in, and the names of tables in the Glue Data Catalog."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import external_query_run, schema_dataset

from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors.symlinks import link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lineage_kit.extractors.extraction import Extraction

#: The Glue Data Catalog of the account itself, as Athena calls it.
GLUE_CATALOG = "AwsDataCatalog"

_ROLE = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/")


@dataclass(frozen=True)
class Place:
    """Where in AWS an operator works.

    Args:
        region: None where neither the operator, nor its connection, nor the settings of boto3 name one.
        account: None where nobody tells it without asking AWS.

    """

    region: str | None
    account: str | None = None

    @property
    def athena(self) -> str | None:
        """The namespace of the tables that Athena sees here, None where the region is not known."""
        return f"awsathena://athena.{self.region}.amazonaws.com" if self.region else None

    def glue_table(self, database: str, table: str, catalog_id: str | None = None) -> Dataset | None:
        """Return a table of the Glue Data Catalog, None where the region is not known.

        It has the name under which Athena knows it, which needs no account, so that all tasks call it alike; its name
        by the rules for Glue is a symbolic link where the account is known. A table of another account's catalog has
        the latter alone: what Athena calls that catalog is the user's choice.

        Args:
            database: of the table.
            table: in any case; Glue stores names in lower case.
            catalog_id: the account whose catalog it is, None for the account's own.

        """
        if self.athena is None:
            return None
        names = (database.lower(), table.lower())
        glue = self.glue_name(*names, catalog_id)
        if glue is not None and catalog_id not in {None, self.account}:
            return Dataset(namespace=glue.namespace, name=glue.name, facets={})
        dataset = Dataset(namespace=self.athena, name=".".join((GLUE_CATALOG, *names)), facets={})
        link(dataset, glue, "TABLE")
        return dataset

    def glue_name(self, database: str, table: str, catalog_id: str | None = None) -> DatasetName | None:
        """Return the name of a table by OpenLineage's rules for Glue, None where the account is not known."""
        account = catalog_id or self.account
        if not (self.region and account):
            return None
        return DatasetName(f"arn:aws:glue:{self.region}:{account}", f"table/{database}/{table}")


def place_of(extraction: Extraction, task: Any) -> Place:
    """Return where an operator or sensor of AWS works, without asking AWS.

    The account is that of a role: the one that the connection assumes, or one that the operator hands to a service,
    which takes only roles of the same account.

    Raises:
        TimeoutError: nothing of the budget is left.

    """
    if extraction.budget.spent():
        msg = "no time left to look the connection up"
        raise TimeoutError(msg)
    from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook

    # The operator's own hook is not made for this: making that of a Glue job uploads its script.
    hook = vars(task).get("hook") or AwsGenericHook(
        aws_conn_id=task.aws_conn_id, region_name=task.region_name, client_type="sts"
    )
    settings = hook.conn_config
    roles = [settings.role_arn, *(getattr(task, name, None) for name in ("role", "role_arn", "iam_role_arn"))]
    known = [found[1] for role in roles if isinstance(role, str) and (found := _ROLE.match(role))]
    return Place(region_of(settings), vars(hook).get("account_id") or next(iter(known), None))


def within_budget(extraction: Extraction, hook: Any, requests: int) -> Any:
    """Return a hook like ``hook`` whose requests come to an end within what is left of the budget, whatever happens.

    The clients that operators wait with have the patience of boto, which is a minute for each of five attempts. The
    credentials are asked for in the same hurry, where the connection assumes a role.

    Args:
        extraction: the task and the event.
        hook: one of AWS; it is left as it is.
        requests: how many will be made one after the other, each of which may wait to connect and for its answer.

    """
    from botocore.config import Config

    seconds = extraction.budget.remaining() / (2 * requests)
    hurried = Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1})
    return type(hook)(
        aws_conn_id=hook.aws_conn_id,
        region_name=hook.region_name,
        verify=hook.verify,
        config=hook.config.merge(hurried),
    )


def region_of(settings: Any) -> str | None:
    """Return the region that clients of a connection talk to: its own, or the one that boto3 is set to.

    Args:
        settings: what the hook makes of the connection, its ``conn_config``.

    """
    from boto3.session import Session

    region: str | None = settings.region_name or Session(profile_name=settings.profile_name).region_name
    return region


def schema(columns: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the facet of columns as Glue and Athena describe them."""
    fields = [
        schema_dataset.SchemaDatasetFacetFields(
            name=column["Name"], type=column.get("Type"), description=column.get("Comment")
        )
        for column in columns
    ]
    return {"schema": schema_dataset.SchemaDatasetFacet(fields=fields)} if fields else {}


def external_query(query_id: str | None, source: str) -> dict[str, Any]:
    """Return the run facet that names what the service calls the run; empty where that is not known."""
    if not query_id:
        return {}
    return {"externalQuery": external_query_run.ExternalQueryRunFacet(externalQueryId=query_id, source=source)}
