"""Attachments of mails to S3: the real operator, a mailbox that answers as the hook does, a mocked S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.lineage_facts import names

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

pytest.importorskip("airflow.providers.imap")

from airflow.providers.amazon.aws.transfers import imap_attachment_to_s3 as module

pytestmark = pytest.mark.usefixtures("collect")


class _Mailbox:
    """What the operator uses of the hook, which connects as soon as it is entered."""

    def __init__(self, **_: Any) -> None:
        """Take any connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing open."""

    def retrieve_mail_attachments(self, **_: Any) -> list[tuple[str, bytes]]:
        """Return the name and the content of the latest one."""
        return [("report.csv", b"1")]


@pytest.fixture(autouse=True)
def _mailbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MAIL", "imap://ada:secret@mail.example.com:993")
    monkeypatch.setattr(module, "ImapHook", _Mailbox)


@pytest.mark.parametrize(
    ("regex", "name", "source"), [(False, "report.csv", "Sales/report.csv"), (True, "report.*", "Sales")]
)
def test_attachment(extract: Callable[..., Any], lake: Any, regex: bool, name: str, source: str) -> None:
    """The attachment is in its folder; which one a pattern meant is not told."""
    task = module.ImapAttachmentToS3Operator(
        task_id="t",
        imap_conn_id="mail",
        imap_attachment_name=name,
        imap_check_regex=regex,
        imap_mail_folder="Sales",
        s3_bucket="lake",
        s3_key="raw/report.csv",
    )

    task.execute({})

    assert lake.get_object(Bucket="lake", Key="raw/report.csv")["Body"].read() == b"1"
    for event in ("COMPLETE", "START"):
        found = extract(task, event)
        assert names(found.inputs) == [("imap://mail.example.com:993", source)]
        assert names(found.outputs) == [("s3://lake", "raw/report.csv")]
        assert "secret" not in repr(found)
