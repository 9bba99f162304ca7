"""Whose address counts."""

import pytest
from rest_framework.settings import api_settings

from config.addresses import address_of_socket


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        (0, "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (1, "192.0.2.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "192.0.2.1", "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (1, "192.0.2.1", "", "192.0.2.1"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        (1, "", "unknown", "unknown"),
    ],
)
def test_only_our_own_proxies_are_believed(monkeypatch, proxies, peer, forwarded, address):
    monkeypatch.setattr(api_settings, "NUM_PROXIES", proxies)
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []

    assert address_of_socket({"client": (peer, 1), "headers": headers}) == address
