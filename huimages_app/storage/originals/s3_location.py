"""The location of a bucket, and a client for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import boto3
from botocore.config import Config

from ...config.storage_settings import S3Settings


@dataclass(frozen=True)
class S3Location(S3Settings):
    """The settings of S3, for one bucket."""

    connections: int = 32  # at least the number of threads
    page: int = 1000  # keys to list with one request

    @classmethod
    def of(cls, settings: S3Settings, bucket: str, prefix: str) -> Self:
        """Return another bucket that is reached by the same settings."""
        return cls(**{**vars(settings), "bucket": bucket, "prefix": prefix})

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
    that for ever with a server that redirects every request, as a proxy that requires https.
    """
    if response and "x-amz-bucket-region" not in response[0].headers:
        request_dict["context"]["s3_redirect"]["redirected"] = True
