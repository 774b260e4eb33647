"""Attachments of mails to S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineage_kit.datasets.databases.systems import authority_of
from lineage_kit.datasets.naming import DatasetName
from lineage_kit.extractors.connections import connection_of
from lineage_kit.extractors.copies import PART, Copy, lineage_of_copies, stored_object
from lineage_kit.extractors.family import family

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from lineage_kit.extractors.extraction import Extraction


@family("transfers")
def imap_attachment_to_s3(extraction: Extraction) -> OperatorLineage:
    """``ImapAttachmentToS3Operator``: the attachment in its mail folder, and the object in S3.

    Where the name of the attachment is a regular expression the mail folder is told.
    """
    task = extraction.task
    connection = extraction.attempt(PART, lambda: connection_of(extraction, task.imap_conn_id))
    authority = authority_of(connection.host, connection.port) if connection is not None else None
    folder = task.imap_mail_folder
    name = folder if task.imap_check_regex else f"{folder}/{task.imap_attachment_name}"
    source = DatasetName(f"imap://{authority}", name) if authority else None
    return lineage_of_copies([Copy(source, stored_object("s3", task.s3_bucket, task.s3_key))])
