"""Places that the tasks of one DAG run read and write: databases, files, servers and services, on this machine."""

from __future__ import annotations

import json
import sqlite3
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.core.config import default_user_config
from moto.server import ThreadedMotoServer
from support.aws import REGION, SECRET
from support.file_servers import FileServer, serve_ftp, serve_sftp
from support.ssh_commands import PASSWORD, serve_ssh
from support.web_server import serve_http

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.postgres import PostgresDatabase

WEB_PASSWORD = "pass-word-4"  # noqa: S105 - it opens nothing
API_KEY = "pass-word-5"

_SHOP = """
    CREATE TABLE orders (id int, customer text, amount numeric, day date);
    INSERT INTO orders VALUES
        (1, 'Ann', 10, '2026-01-30'), (2, 'Bob', 20, '2026-01-31'), (3, NULL, 30, '2026-01-31');
    CREATE TABLE half (id int);
"""
_MART = "CREATE TABLE orders (id int, buyer text); CREATE TABLE pages (id int, buyer text);"
_DYNAMODB_TABLE = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
_CELL = {"cell_type": "code", "execution_count": None, "outputs": []}
_NOTEBOOK = {
    "cells": [
        {**_CELL, "id": "a", "metadata": {"tags": ["parameters"]}, "source": "by = 1"},
        {**_CELL, "id": "b", "metadata": {}, "source": "print(1 / by)"},
    ],
    "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@dataclass
class Places:
    """What is there.

    Attributes:
        shop: a PostgreSQL database with the table `orders`.
        mart: another one, with the tables `orders` and `pages`.
        folder: for files: `local.csv`, the notebook `divide.ipynb`, an SQLite file with the table `customers`.
        sftp: a server for files.
        ftp: another one, None where the package that plays it is not installed.
        web: the address of a web server.
        ssh: the Airflow connection to a server that runs commands.
        aws: the address of AWS, with the bucket `lake`, Glue's database `raw` and DynamoDB's table `orders`.

    """

    shop: PostgresDatabase
    mart: PostgresDatabase
    folder: Path
    sftp: FileServer
    ftp: FileServer | None
    web: str
    ssh: str
    aws: str

    def dataset(self, place: str, name: str) -> tuple[str, str]:
        """Return namespace and name of a table, file or object in one of the places."""
        if place in {"shop", "mart"}:
            database = self.shop if place == "shop" else self.mart
            return f"postgres://{database.host}:{database.port}", f"{database.name}.public.{name}"
        if place == "local":
            return "file", str(self.folder / name)
        namespaces = {
            "small": f"sqlite://{self.folder / 'small.db'}",
            "duck": f"duckdb://{self.folder / 'lake.duckdb'}",
            "lake": "s3://lake",
            "elsewhere": "s3://nowhere",
            "web": self.web,
            "sftp": self.sftp.namespace,
            "ftp": self.ftp.namespace if self.ftp else "",
            "athena": f"awsathena://athena.{REGION}.amazonaws.com",
            "redshift": f"redshift://tickets.{REGION}:5439",
            "dynamodb": f"dynamodb://{REGION}",
            "rds": f"arn:aws:rds:{REGION}:123456789012",
            "share": "smb://files.example",
        }
        return namespaces[place], name

    @property
    def secrets(self) -> set[str]:
        """What connections and requests keep to themselves."""
        return {self.shop.password, FileServer.password, SECRET, PASSWORD, WEB_PASSWORD, API_KEY}

    def variables(self) -> dict[str, str]:
        """Return what Airflow finds in its environment: connections, the folder `PLACES`, and an `API_KEY`."""
        aws = {
            "conn_type": "aws",
            "login": "testing",
            "password": SECRET,
            "extra": {"endpoint_url": self.aws, "region_name": REGION},
        }
        web = {"conn_type": "http", "host": self.web, "login": "pipeline", "password": WEB_PASSWORD}
        found = {
            "AWS_DEFAULT": json.dumps(aws),
            "SHOP": self.shop.url("postgres"),
            "MART": self.mart.url("postgres"),
            "SMALL": json.dumps({"conn_type": "sqlite", "host": str(self.folder / "small.db")}),
            "SFTP": self.sftp.connection("sftp", no_host_key_check=True),
            "REMOTE": self.ssh,
            "WEB": json.dumps(web),
            # Which sensors of files want; paths that are absolute need nothing of it.
            "FS_DEFAULT": json.dumps({"conn_type": "fs"}),
        }
        if self.ftp is not None:
            found["FTP"] = self.ftp.connection("ftp")
        if find_spec("airflow.providers.duckdb") is not None:
            found["DUCK"] = json.dumps({"conn_type": "duckdb", "host": str(self.folder / "lake.duckdb")})
        connections = {f"AIRFLOW_CONN_{name}": connection for name, connection in found.items()}
        return {**connections, "PLACES": str(self.folder), "API_KEY": API_KEY}


@contextmanager
def open_places(postgres: PostgresDatabase, folder: Path) -> Iterator[Places]:
    """Start the servers, and fill what tasks read."""
    with ExitStack() as stack:
        places = Places(
            shop=postgres.create_database("shop"),
            mart=postgres.create_database("mart"),
            folder=folder,
            sftp=stack.enter_context(serve_sftp(folder / "sftp")),
            ftp=stack.enter_context(serve_ftp(folder / "ftp")) if find_spec("pyftpdlib") else None,
            web=f"http://localhost:{stack.enter_context(serve_http())}",
            ssh=stack.enter_context(serve_ssh()),
            aws=stack.enter_context(_serve_aws()),
        )
        _fill_databases(places)
        _fill_aws(places)
        places.sftp.write(orders__csv="1")
        if places.ftp is not None:
            places.ftp.write(orders__csv="1")
        (folder / "local.csv").write_text("4\tEve\n")
        (folder / "divide.ipynb").write_text(json.dumps(_NOTEBOOK))
        yield places


@contextmanager
def _serve_aws() -> Iterator[str]:
    """Serve AWS; its Redshift and Athena do what they are asked, unless that names `nowhere`; a Lambda echoes."""
    with pytest.MonkeyPatch.context() as patch:
        # Statements of moto's Redshift run for ever, queries of its Athena never fail.
        for path, text, success in (
            ("redshiftdata.models.Statement", "query_string", "FINISHED"),
            ("athena.models.Execution", "query", "SUCCEEDED"),
        ):
            patch.setattr(f"moto.{path}.status", _status(text, success), raising=False)
        # Without Docker, moto's Lambda returns its payload.
        patch.setitem(default_user_config["lambda"], "use_docker", False)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        try:
            yield f"http://{host}:{port}"
        finally:
            server.stop()


def _status(text: str, success: str) -> property:
    """Return what became of a statement whose SQL is in the attribute `text`."""
    return property(lambda self: "FAILED" if "nowhere" in getattr(self, text) else success, lambda *_: None)


def _fill_databases(places: Places) -> None:
    places.shop.execute(_SHOP)
    places.mart.execute(_MART)
    with closing(sqlite3.connect(places.folder / "small.db")) as connection:
        connection.execute("CREATE TABLE customers (id INTEGER, name TEXT)")


def _fill_aws(places: Places) -> None:
    def client(service: str) -> Any:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": SECRET}
        return boto3.client(service, endpoint_url=places.aws, region_name=REGION, **keys)

    s3, dynamodb = client("s3"), client("dynamodb")
    s3.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="lake", Key="in/customers.csv", Body=b"1,Ann\n2,Bob\n")
    s3.put_object(Bucket="lake", Key="in/orders.jsonl", Body=b'{"Item": {"id": {"S": "1"}}}\n')
    s3.put_object(Bucket="lake", Key="train/churn.csv", Body=b"1,0\n")
    dynamodb.create_table(**_DYNAMODB_TABLE)
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "1"}})
    client("glue").create_database(DatabaseInput={"Name": "raw"})
    role = client("iam").create_role(RoleName="glue", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = {"ZipFile": b"-"}
    client("lambda").create_function(FunctionName="load", Runtime="python3.13", Role=role, Handler="a.b", Code=code)
    rds = client("rds")
    database = {"DBInstanceIdentifier": "shop", "DBInstanceClass": "db.t3.micro", "Engine": "postgres"}
    rds.create_db_instance(**database, AllocatedStorage=20, MasterUsername="me", MasterUserPassword=SECRET)
    rds.create_db_snapshot(DBSnapshotIdentifier="daily", DBInstanceIdentifier="shop")
