"""Answers to Salesforce queries to objects: real operators and hooks, answers as Salesforce gives them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.amazon.aws.transfers.salesforce_to_s3 import SalesforceToS3Operator
from airflow.providers.google.cloud.transfers.salesforce_to_gcs import SalesforceToGcsOperator
from airflow.providers.salesforce.hooks.salesforce import SalesforceHook
from support.lineage_facts import names
from support.releases import make_or_skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.gcs_bucket import Bucket

pytestmark = [
    pytest.mark.usefixtures("collect"),
    # What the hook makes of the answer, with a newer pandas than it knows.
    pytest.mark.filterwarnings("ignore:The inplace keyword"),
]

_ANSWER = {
    "totalSize": 1,
    "done": True,
    "records": [
        {"attributes": {"type": "Account", "url": "/services/data/v59.0/sobjects/Account/1"}, "Id": "1", "Name": "Ada"}
    ],
}


@pytest.fixture(autouse=True)
def _salesforce(monkeypatch: pytest.MonkeyPatch) -> None:
    _connect(monkeypatch, instance_url="https://acme.my.salesforce.com")
    monkeypatch.setattr(SalesforceHook, "make_query", lambda *_, **__: _ANSWER)


def _connect(monkeypatch: pytest.MonkeyPatch, **extra: str) -> None:
    connection = {"conn_type": "salesforce", "login": "ada", "password": "secret-1"}
    monkeypatch.setenv("AIRFLOW_CONN_CRM", json.dumps({**connection, "extra": {"security_token": "secret-2", **extra}}))


def _to_s3(query: str) -> SalesforceToS3Operator:
    return SalesforceToS3Operator(
        task_id="t",
        salesforce_conn_id="crm",
        salesforce_query=query,
        s3_bucket_name="lake",
        s3_key="raw/accounts.csv",
    )


def test_to_s3(extract: Callable[..., Any], lake: Any) -> None:
    """The source is the Salesforce object, not the temporary file."""
    task = _to_s3("SELECT Id, Name FROM Account")

    task.execute({})
    found = extract(task)
    before = extract(task, "START")

    assert b"Ada" in lake.get_object(Bucket="lake", Key="raw/accounts.csv")["Body"].read()
    assert names(found.inputs) == names(before.inputs) == [("salesforce://acme.my.salesforce.com", "Account")]
    assert names(found.outputs) == names(before.outputs) == [("s3://lake", "raw/accounts.csv")]
    assert "secret" not in repr(found)


def test_to_gcs(extract: Callable[..., Any], gcs_bucket: Bucket) -> None:
    """The other store has the same source."""
    task = make_or_skip(
        SalesforceToGcsOperator,
        task_id="t",
        salesforce_conn_id="crm",
        query="SELECT Id, Name FROM Account",
        bucket_name="lake",
        object_name="raw/accounts.csv",
        unwrap_single=True,
    )

    task.execute({})
    found = extract(task)

    assert list(gcs_bucket.objects) == ["raw/accounts.csv"]
    assert names(found.inputs) == [("salesforce://acme.my.salesforce.com", "Account")]
    assert names(found.outputs) == [("gs://lake", "raw/accounts.csv")]


@pytest.mark.parametrize(
    ("query", "objects"),
    [
        ("select Id\nfrom Account where Name = 'x'", ["Account"]),
        ("SELECT Name, (SELECT LastName FROM Contacts) FROM Account", ["Account"]),
        ("SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity)", ["Account", "Opportunity"]),
        ("SELECT Id FROM Order__c WHERE Name = 'it\\'s FROM Nowhere ('", ["Order__c"]),
        ("SELECT TYPEOF What WHEN Account THEN Phone ELSE Name END FROM Event", ["Event"]),
        ("SELECT COUNT() FROM Account a, a.Owner o", ["Account"]),
        ("{{ unrendered }}", []),
    ],
)
def test_queries(extract: Callable[..., Any], query: str, objects: list[str]) -> None:
    """Objects are inputs, relationships in the list of fields are none."""
    found = extract(_to_s3(query), "START")

    assert [name for _, name in names(found.inputs)] == objects
    assert names(found.outputs) == [("s3://lake", "raw/accounts.csv")]


@pytest.mark.parametrize(
    ("extra", "namespace"),
    [
        ({"instance": "acme.my.salesforce.com"}, "salesforce://acme.my.salesforce.com"),
        ({"domain": "acme.my"}, "salesforce://acme.my.salesforce.com"),
        ({"extra__salesforce__domain": "acme.my"}, "salesforce://acme.my.salesforce.com"),
    ],
)
def test_instances(
    extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, extra: dict[str, str], namespace: str
) -> None:
    """The connection names the instance in one of several ways."""
    _connect(monkeypatch, **extra)

    found = extract(_to_s3("SELECT Id FROM Account"), "START")

    assert names(found.inputs) == [(namespace, "Account")]


@pytest.mark.parametrize("extra", [{}, {"domain": "login"}, {"domain": "test"}])
def test_unknown_instance(extract: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, extra: dict[str, str]) -> None:
    """Where everybody signs in says nothing about the instance; the event says what is missing."""
    _connect(monkeypatch, **extra)

    found = extract(_to_s3("SELECT Id FROM Account"))

    assert found.inputs == []
    assert names(found.outputs) == [("s3://lake", "raw/accounts.csv")]
    assert "instance_url" in found.run_facets["lineageKit_incomplete"].omissions[0].message
