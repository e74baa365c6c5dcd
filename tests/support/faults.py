"""A TCP proxy that injects faults, between the program and a storage server.

    with FaultProxy(port) as proxy:
        store = make_store(proxy.url)
        with proxy.broken(Fault(cut_answer=1000), times=1):
            store.read()      # its first response ends after 1000 bytes

With a TLS context it also speaks TLS to its clients, for stores that don't.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType

_CHUNK = 1 << 14
_LOOK = 0.01  # seconds between checks whether a freeze has ended


@dataclass(frozen=True)
class Fault:
    """A fault to inject, also into open connections."""

    only: bytes = b""  # beginning of affected requests, such as b"PUT "; `refused` affects all
    refused: bool = False  # close connections at once
    frozen: bool = False  # accept connections, and forward nothing until the fault ends
    delay: float = 0  # seconds before every piece of a response
    trickle: int = _CHUNK  # bytes of such a piece
    garbage: bytes | None = None  # send this response, and do not forward the request
    lost_answer: bool = False  # forward the request, close the connection before the response
    cut_answer: int | None = None  # close a connection after so many bytes of responses
    cut_request: int | None = None  # close a connection after so many bytes of requests
    accepted: Callable[[], object] | None = None  # called after a 201, which becomes a 202


_NONE = Fault()


_REQUEST = re.compile(rb"([A-Z]+ \S+) HTTP/1\.")


class _Cut(Exception):
    """The fault closes the connection."""


class _Connection:
    """State shared by the two directions of a connection."""

    def __init__(self, client: asyncio.StreamWriter) -> None:
        self.client = client
        self.request = b""  # the beginning of the last request

    def see(self, chunk: bytes) -> str | None:
        """Note method and target of a request, if `chunk` begins one."""
        begun = _REQUEST.match(chunk)
        if begun is None:
            return None
        self.request = chunk
        return begun[1].decode("ascii")


class FaultProxy:
    """A proxy from a free port of 127.0.0.1 to the port `upstream`, between entry and exit."""

    def __init__(self, upstream: int, *, tls: ssl.SSLContext | None = None) -> None:
        self._upstream = upstream
        self._tls = tls
        self._fault = _NONE
        self._times: int | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault proxy")
        self._connections: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        self.port = 0
        self.connections = 0  # connections so far
        self.requests: list[str] = []  # requests so far: method and target

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @contextlib.contextmanager
    def broken(self, fault: Fault, *, times: int | None = None) -> Iterator[None]:
        """Inject the fault into every affected request, or only into the first `times`."""
        self._times = times
        self._fault = fault
        try:
            yield
        finally:
            self._fault = _NONE

    # -- in the loop ---------------------------------------------------------------------

    async def _start(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)

    async def _stop(self) -> None:
        self._server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()  # a connection with unsent data for a peer that does not read
        await asyncio.sleep(0.01)  # transports close in later rounds of the loop

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        self._writers.append(writer)
        self.connections += 1
        try:
            await self._forward(reader, writer)
        except (_Cut, OSError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            # Python 3.11.2 forgets the connection below a TLS transport that is closed twice, and
            # _stop could not abort it: leave a writer alone whose client is gone.
            if not writer.is_closing():
                writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._fault.refused:
            self._strike()
            raise _Cut
        from_store, to_store = await asyncio.open_connection("127.0.0.1", self._upstream)
        self._writers.append(to_store)
        connection = _Connection(writer)
        pumps = [
            asyncio.ensure_future(self._pump_requests(connection, reader, to_store)),
            asyncio.ensure_future(self._pump_answers(connection, from_store, writer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            to_store.close()

    async def _pump_requests(
        self,
        connection: _Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        passed, counted_for = 0, _NONE
        while chunk := await reader.read(_CHUNK):
            if request := connection.see(chunk):
                self.requests.append(request)
            fault = await self._thawed(connection)
            if fault is not counted_for:
                passed, counted_for = 0, fault
            if fault.garbage is not None:
                self._strike()
                connection.client.write(fault.garbage)
                await connection.client.drain()
                raise _Cut
            passed += len(chunk)
            await self._pass(writer, chunk, passed, fault.cut_request)

    async def _pump_answers(
        self,
        connection: _Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        passed, counted_for = 0, _NONE
        while chunk := await reader.read(self._fault.trickle):
            fault = await self._thawed(connection)
            if fault is not counted_for:
                passed, counted_for = 0, fault
            await asyncio.sleep(fault.delay)
            if fault.lost_answer:
                self._strike()
                raise _Cut
            if fault.accepted and chunk.startswith(b"HTTP/1.1 201"):
                self._strike()
                await asyncio.to_thread(fault.accepted)
                chunk = chunk.replace(b"201 Created", b"202 Accepted", 1)
            passed += len(chunk)
            await self._pass(writer, chunk, passed, fault.cut_answer)

    async def _pass(
        self, writer: asyncio.StreamWriter, chunk: bytes, passed: int, most: int | None
    ) -> None:
        if most is not None and passed > most:
            self._strike()
            writer.write(chunk[: len(chunk) - (passed - most)])
            await writer.drain()
            raise _Cut
        writer.write(chunk)
        await writer.drain()

    async def _thawed(self, connection: _Connection) -> Fault:
        """What is wrong now with this connection, once it is not frozen."""
        while True:
            fault = self._fault
            if not connection.request.startswith(fault.only):
                return _NONE
            if not fault.frozen:
                return fault
            await asyncio.sleep(_LOOK)

    def _strike(self) -> None:
        if self._times is not None:
            self._times -= 1
            if self._times <= 0:
                self._fault = _NONE
