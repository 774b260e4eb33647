"""Answers of AWS's services that moto does not mock, in the shapes that botocore checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.stub import Stubber
from support.aws import REGION

if TYPE_CHECKING:
    import pytest


def answer(monkeypatch: pytest.MonkeyPatch, hook: type, service: str, *answers: tuple[str, dict[str, Any]]) -> Stubber:
    """Let every client of a hook's class answer with these, in this order; each is a method and what it returns.

    Only requests that botocore's model of the service knows are possible, and only answers of its shapes.
    """
    client = boto3.client(service, region_name=REGION)
    stubber = Stubber(client)
    for method, response in answers:
        stubber.add_response(method, response)
    stubber.activate()
    monkeypatch.setattr(hook, "get_client_type", lambda *_, **__: client)
    return stubber
