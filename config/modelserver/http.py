"""As much HTTP/1.1 as an API on loopback needs: keep-alive, JSON bodies, server-sent events."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

MAX_HEADER: Final = 32 * 1024
MAX_BODY: Final = 16 * 1024 * 1024
IDLE_SECONDS: Final = 75


@dataclass(frozen=True, slots=True)
class Request:
    """One request, its body read whole."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: str = ""

    def json(self) -> Any:
        """Return the body as JSON; raises ValueError."""
        return json.loads(self.body.decode() or "null")


class BadRequest(Exception):
    """The request cannot be read; the message is the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Reply:
    """The way back to one client, for one request."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, keep_alive: bool) -> None:
        self._reader = reader
        self._writer = writer
        self.keep_alive = keep_alive
        self.is_gone = False

    async def send(
        self, status: int, body: bytes, *, content_type: str = "application/json", headers: dict[str, str] | None = None
    ) -> None:
        """Send a whole answer."""
        await self.raw(
            self._head(status, {"Content-Type": content_type, "Content-Length": str(len(body)), **(headers or {})})
        )
        await self.raw(body)

    async def json(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        """Send a whole answer in JSON."""
        await self.send(status, json.dumps(content, ensure_ascii=False).encode(), headers=headers)

    async def open_stream(self, headers: dict[str, str] | None = None) -> None:
        """Begin server-sent events."""
        fields = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "Transfer-Encoding": "chunked"}
        await self.raw(self._head(HTTPStatus.OK, {**fields, **(headers or {})}))

    async def event(self, content: Any) -> None:
        """Send one server-sent event."""
        data = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        await self.chunk(f"data: {data}\n\n".encode())

    async def chunk(self, data: bytes) -> None:
        """Send one piece of a chunked body."""
        await self.raw(b"%x\r\n%s\r\n" % (len(data), data))

    async def close_stream(self) -> None:
        """End a chunked body."""
        await self.raw(b"0\r\n\r\n")

    async def raw(self, data: bytes) -> None:
        """Write bytes as they are; raises ConnectionError when the client is gone."""
        if self._writer.is_closing() or self._reader.at_eof():
            self.is_gone = True
            raise ConnectionResetError
        self._writer.write(data)
        await self._writer.drain()

    async def until_gone(self) -> None:
        """Wait until the client hangs up."""
        self.keep_alive = False
        await self._reader.read(1)
        self.is_gone = True

    def reset(self) -> None:
        """Break the connection with a TCP reset."""
        connection: socket.socket = self._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.hang_up()

    def hang_up(self) -> None:
        """Break the connection without a word."""
        self.keep_alive = False
        self._writer.transport.abort()

    def hang_up_gently(self) -> None:
        """Close the connection after what was sent."""
        self.keep_alive = False
        self._writer.close()

    def _head(self, status: int, headers: dict[str, str]) -> bytes:
        connection = "keep-alive" if self.keep_alive else "close"
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Connection: {connection}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


Endpoint = Callable[[Request, Reply], Awaitable[None]]


async def serve(endpoint: Endpoint, host: str, port: int) -> asyncio.Server:
    """Listen, and hand every request to ``endpoint``."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _exchange(reader, writer, endpoint):
                pass
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the server stops
        finally:
            writer.close()

    return await asyncio.start_server(converse, host, port, limit=MAX_HEADER, backlog=256)


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, endpoint: Endpoint) -> bool:
    """Serve one request; says whether the connection goes on."""
    try:
        request = await asyncio.wait_for(_read(reader), IDLE_SECONDS)
    except BadRequest as error:
        reply = Reply(reader, writer, keep_alive=False)
        await reply.json(
            error.status, {"error": {"message": str(error), "type": "invalid_request_error", "code": None}}
        )
        return False
    if request is None:
        return False
    keep_alive = request.headers.get("connection", "keep-alive").lower() != "close"
    reply = Reply(reader, writer, keep_alive=keep_alive)
    await endpoint(request, reply)
    return reply.keep_alive


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError as error:
        raise BadRequest(431, "The headers are too large.") from error
    first, *rest = head.decode("latin-1").split("\r\n")
    try:
        method, path, version = first.split(" ")
    except ValueError as error:
        raise BadRequest(400, "This is not HTTP.") from error
    if not version.startswith("HTTP/1."):
        raise BadRequest(505, "HTTP/1.1 is spoken here.")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
    path, _, query = path.partition("?")
    return Request(method, path, headers, await _read_body(reader, headers), query)


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await _read_chunks(reader)
    length = headers.get("content-length", "0")
    if not length.isdigit():
        raise BadRequest(400, "Content-Length is not a number.")
    if int(length) > MAX_BODY:
        raise BadRequest(413, "The body is too large.")
    return await reader.readexactly(int(length))


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while True:
        try:
            size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        except (ValueError, asyncio.LimitOverrunError) as error:
            raise BadRequest(400, "The chunk has no size.") from error
        if size < 0 or len(body) + size > MAX_BODY:
            raise BadRequest(413, "The body is too large.")
        body += (await reader.readexactly(size + 2))[:-2]
        if size == 0:
            return bytes(body)
