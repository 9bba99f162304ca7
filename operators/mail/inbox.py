"""Reads a mailbox by IMAP: what came after the last number that was seen."""

import imaplib
import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from accounts.errors import CredentialsRefused
from operators.mail.servers import SECONDS, Server, Unreachable, server_of

IMAPS: Final = 993
WHOLE: Final = 20 * 1024 * 1024
BEGINNING: Final = 256 * 1024  # of a letter that is larger than that
SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")
UID: Final = re.compile(rb"UID (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A letter as it lies in the mailbox."""

    uid: int
    content: bytes
    size: int

    @property
    def is_cut(self) -> bool:
        """Say whether only its beginning was read."""
        return self.size > WHOLE


class _Client(imaplib.IMAP4):
    """imaplib on a connection that was checked first."""

    def __init__(self, server: Server) -> None:
        self._server = server
        super().__init__(server.host, server.port, timeout=SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._server.connect()

    def secure(self) -> None:
        """Encrypt a connection that began in the clear; without that no password is sent."""
        if not self._server.is_plain and not self._server.is_encrypted_at_once:
            self.starttls()


class Inbox:
    """One mailbox while it is read."""

    def __init__(self, credentials: Mapping[str, str]) -> None:
        """Remember where it is; ``with`` opens it.

        Raises:
            Misnamed: the address is none.
        """
        self._server = server_of(credentials.get("imap_host", ""), port=IMAPS)
        self._credentials = credentials
        self.validity = 0
        self._client: _Client | None = None

    def __enter__(self) -> Self:
        """Sign in and open the inbox, without marking anything as read.

        Raises:
            CredentialsRefused: user name or password are wrong.
            Unreachable, Misnamed: there is no server, or it does not speak IMAP.
        """
        try:
            self._client = client = _Client(self._server)
            client.secure()
            self._login(client)
            client.select("INBOX", readonly=True)
            _kind, values = client.response("UIDVALIDITY")
            self.validity = int(values[0]) if values and values[0] else 0
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            self._hang_up()
            raise Unreachable("bad_answer") from error
        except CredentialsRefused:
            self._hang_up()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._hang_up()

    def _hang_up(self) -> None:
        if self._client is None:
            return
        try:
            self._client.logout()
        except (imaplib.IMAP4.error, OSError):
            self._client.shutdown()

    def last_uid(self) -> int:
        """Return the number of the newest letter."""
        return max(self._uids("1:*"), default=0)

    def after(self, uid: int, *, limit: int) -> Iterator[Raw]:
        """Yield the oldest letters with a larger number, ``limit`` at most.

        Raises:
            Unreachable: the connection broke.
        """
        new = sorted(each for each in self._uids(f"{uid + 1}:*") if each > uid)
        for each in new[:limit]:
            yield self._letter(each)

    def _letter(self, uid: int) -> Raw:
        answer = self._ask("FETCH", str(uid), "(UID RFC822.SIZE)")
        size = int((SIZE.search(_flat(answer)) or [0, 0])[1])
        part = f"(UID BODY.PEEK[]<0.{BEGINNING}>)" if size > WHOLE else "(UID BODY.PEEK[])"
        found = next((row for row in self._ask("FETCH", str(uid), part) if isinstance(row, tuple)), None)
        return Raw(uid=uid, content=found[1] if found else b"", size=size)

    def _uids(self, numbers: str) -> list[int]:
        found = self._ask("SEARCH", None, "UID", numbers)
        return [int(number) for row in found if row for number in row.split()]

    def _ask(self, command: str, *arguments: Any) -> list[Any]:
        try:
            kind, rows = self._client.uid(command, *arguments) if self._client else ("NO", [])
        except (imaplib.IMAP4.error, OSError) as error:
            raise Unreachable("timeout" if isinstance(error, TimeoutError) else "bad_answer") from error
        if kind != "OK":
            raise Unreachable("bad_answer")
        return rows

    def _login(self, client: _Client) -> None:
        try:
            client.login(self._credentials.get("username", ""), self._credentials.get("password", ""))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise CredentialsRefused("nobody") from error


def _flat(rows: list[Any]) -> bytes:
    return b" ".join(part for row in rows for part in (row if isinstance(row, tuple) else (row,)) if part)
