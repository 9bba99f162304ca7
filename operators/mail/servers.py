"""Where a mailbox's servers are, and how a connection to them is made: encrypted, and only on the public internet."""

import re
import socket
import ssl
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from config.errors import ProviderError, ProviderUnavailable
from config.outside.addresses import NotPublic, public_address

SECONDS: Final = 20.0
IMPLICIT_TLS: Final = {993, 465}
PLAIN: Final = "plain://"  # for servers on this machine, in development
NAMED: Final = re.compile(r"([A-Za-z0-9._-]{1,253})(?::(\d{1,5}))?")
PORTS: Final = range(1, 65536)


class Unreachable(ProviderUnavailable):
    """Nothing was sent: nobody answers at the address, or not in time."""


class Misnamed(ProviderError):
    """The address is none, or not on the public internet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A host and a port, and whether the connection is encrypted from the first byte, later, or never."""

    host: str
    port: int
    is_plain: bool = False

    @property
    def is_encrypted_at_once(self) -> bool:
        """Say whether TLS comes first."""
        return not self.is_plain and self.port in IMPLICIT_TLS

    def connect(self) -> socket.socket:
        """Open a connection to the address that was checked.

        Raises:
            Unreachable, Misnamed: there is none.
        """
        try:
            is_free = settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES
            address = self.host if is_free else public_address(self.host, self.port)
            bare = socket.create_connection((address, self.port), timeout=SECONDS)
            return self.encrypted(bare) if self.is_encrypted_at_once else bare
        except NotPublic as error:
            raise Misnamed("not_public") from error
        except TimeoutError as error:
            raise Unreachable("timeout") from error
        except OSError as error:
            raise Unreachable("unreachable") from error

    def encrypted(self, bare: socket.socket) -> socket.socket:
        """Return the same connection under TLS, with the server's name proven."""
        return ssl.create_default_context().wrap_socket(bare, server_hostname=self.host)


def server_of(named: str, *, port: int) -> Server:
    """Return the server of ``host`` or ``host:port``.

    Raises:
        Misnamed: it is not written so.
    """
    text = named.strip()
    is_plain = text.startswith(PLAIN) and settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES
    found = NAMED.fullmatch(text.removeprefix(PLAIN) if is_plain else text)
    if not found or int(found[2] or port) not in PORTS:
        raise Misnamed("bad_address")
    return Server(host=found[1], port=int(found[2] or port), is_plain=is_plain)
