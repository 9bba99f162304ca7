"""Which addresses lie on the public internet."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Final

NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotPublic(OSError):
    """A name does not lead to the public internet, or not only there."""


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet, also one that is wrapped into another."""
    try:
        outer = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast and not each.is_reserved for each in _unwrapped(outer))


def _unwrapped(address: Address) -> Iterator[Address]:
    """Yield the address that packets really go to: IPv6 has several ways to carry an IPv4 address."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    inner: list[ipaddress.IPv4Address] = []
    if address.ipv4_mapped:
        inner.append(address.ipv4_mapped)
    if address.sixtofour:
        inner.append(address.sixtofour)
    if address.teredo:
        inner.extend(address.teredo)
    if address in NAT64 or int(address) >> 32 == 0:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if inner:
        yield from inner
    else:
        yield address


def public_address(host: str, port: int) -> str:
    """Return an address of ``host`` if all of its addresses are on the public internet.

    Raises:
        NotPublic: one of them is not, or there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotPublic(f"{host} cannot be found") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(map(is_public, addresses)):
        raise NotPublic(f"{host} is not on the public internet")
    return addresses[0]
