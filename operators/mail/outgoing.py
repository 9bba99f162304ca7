"""Sends letters from a mailbox by SMTP, and knows what became of each."""

import smtplib
import socket
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from typing import Any, Final

from accounts.errors import CredentialsRefused
from config.errors import ProviderError, ProviderUnavailable
from operators.mail.servers import SECONDS, Server, Unreachable, server_of

SMTPS: Final = 465
TEMPORARY: Final = range(400, 500)
WORDS: Final = 300


class Rejected(ProviderError):
    """The server said that it will never deliver this letter; its words tell why."""


class Delayed(ProviderUnavailable):
    """The server did not take the letter now; it was not sent."""


class Unknown(ProviderUnavailable):
    """The connection broke after the letter was handed over: it may have been sent."""


class _Client(smtplib.SMTP):
    """smtplib on a connection that was checked first."""

    def __init__(self, server: Server) -> None:
        self._server = server
        super().__init__(server.host, server.port, timeout=SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._server.connect()


def send(credentials: Mapping[str, str], letter: EmailMessage, *, sender: str, to: str) -> None:
    """Hand one letter over.

    Raises:
        CredentialsRefused: user name or password are wrong.
        Rejected: it will never be delivered.
        Delayed, Unreachable: it was not sent; trying again may help.
        Unknown: it may have been sent.
    """
    client = _signed_in(server_of(credentials.get("smtp_host", ""), port=SMTPS), credentials)
    try:
        _take(client.mail, sender)
        _take(client.rcpt, to)
        _hand_over(client, letter)
    finally:
        try:
            client.quit()
        except (smtplib.SMTPException, OSError):
            client.close()


def greet(credentials: Mapping[str, str]) -> None:
    """Sign in and leave again.

    Raises:
        CredentialsRefused, Unreachable, Misnamed: see ``send``.
    """
    _signed_in(server_of(credentials.get("smtp_host", ""), port=SMTPS), credentials).close()


def _signed_in(server: Server, credentials: Mapping[str, str]) -> _Client:
    try:
        client = _Client(server)
        client.ehlo()
        if not server.is_plain and not server.is_encrypted_at_once:
            client.starttls()
            client.ehlo()
        if client.has_extn("auth"):
            client.login(credentials.get("username", ""), credentials.get("password", ""))
    except smtplib.SMTPAuthenticationError as error:
        raise CredentialsRefused("nobody") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unreachable("bad_answer") from error
    return client


def _take(command: Callable[[str], Any], argument: str) -> None:
    try:
        code, words = command(argument)
    except UnicodeError as error:
        raise Rejected("bad_address") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Delayed("unreachable") from error
    _judge(code, words)


def _hand_over(client: _Client, letter: EmailMessage) -> None:
    try:
        _judge(*client.data(letter.as_bytes()))
    except smtplib.SMTPDataError as error:  # it did not even want to hear
        _judge(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        raise Unknown("silent") from error


def _judge(code: int, words: bytes | str) -> None:
    if code < TEMPORARY.start:
        return
    said = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"[:WORDS]
    raise Delayed(said) if code in TEMPORARY else Rejected(said)
