"""The location of a bucket, and a client for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import boto3
from botocore.config import Config


@dataclass(frozen=True)
class S3Location:
    """Bucket, credentials and timeouts; times in seconds."""

    bucket: str
    prefix: str = ""
    region: str = ""
    endpoint_url: str = ""  # AWS if empty
    ca_bundle: str = ""
    access_key_id: str = ""  # with the secret: the usual AWS chain if empty
    secret_access_key: str = ""
    connect_timeout: float = 2.0
    read_timeout: float = 10.0  # for each read
    deadline: float = 60.0  # for a whole transfer
    checksums: Literal["when_required", "when_supported"] = "when_required"
    connections: int = 32  # at least the number of threads
    page: int = 1000  # keys to list with one request

    def connect(self) -> Any:
        """Return a client with its own session: sessions are not thread-safe, clients are."""
        session = boto3.session.Session(
            aws_access_key_id=self.access_key_id or None,
            aws_secret_access_key=self.secret_access_key or None,
            region_name=self.region or None,
        )
        config = Config(
            # The form of presigned URLs that all stores support.
            signature_version="s3v4",
            connect_timeout=self.connect_timeout,
            read_timeout=self.read_timeout,
            max_pool_connections=self.connections,
            retries={"mode": "standard", "total_max_attempts": 3},
            request_checksum_calculation=self.checksums,
            response_checksum_validation=self.checksums,
            # Only AWS has host names made of bucket names.
            s3={"addressing_style": "path" if self.endpoint_url else "auto"},
        )
        client = session.client(
            "s3",
            region_name=session.region_name or "us-east-1",
            endpoint_url=self.endpoint_url or None,
            verify=self.ca_bundle or None,
            config=config,
        )
        client.meta.events.register_first("needs-retry.s3.HeadBucket", _end_of_redirects)
        return client


def _end_of_redirects(response: Any, request_dict: Any, **_: Any) -> None:
    """Stop following redirects after one that names no region.

    When redirected, boto3 asks for the region of the bucket by HeadBucket.  It would repeat
    that for ever with a server that redirects every request, as a proxy that wants https.
    """
    if response and "x-amz-bucket-region" not in response[0].headers:
        request_dict["context"]["s3_redirect"]["redirected"] = True
