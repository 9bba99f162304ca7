"""Addresses that people type in never lead into our own network, and never take long."""

import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from config.outside import NotPublic, Outside, OutsideFailed, Trouble, addresses, is_public, public_address
from tests.sites import Answer, Site, site

PUBLIC = "93.184.216.34"


@pytest.fixture
def shop() -> Iterator[Site]:
    with site() as served:
        yield served


@pytest.fixture
def _private_allowed(settings: Any) -> None:
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = True


def ask(url: str, **options: Any) -> Any:
    with Outside(user_agent="test", seconds=options.pop("seconds", 5), max_bytes=10_000) as outside:
        return outside.get(url, **options)


def trouble(url: str, **options: Any) -> Trouble:
    with pytest.raises(OutsideFailed) as failed:
        ask(url, **options)
    return failed.value.trouble


def resolve(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Let every name resolve to the next of ``answers``; the value lists the names asked for."""
    asked: list[str] = []
    real, queue = socket.getaddrinfo, list(answers)

    def fake(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        with suppress(OSError):
            socket.inet_pton(socket.AF_INET6 if ":" in name else socket.AF_INET, name)
            return real(host, port, *args, **kwargs)
        asked.append(name)
        return real(queue.pop(0) if len(queue) > 1 else queue[0], port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    return asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::", "2001:db8::1", "nonsense", "",
    ],
)  # fmt: skip
def test_private_and_odd_addresses_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f.1", "017700000001", "[::1]", "nowhere.invalid"]
)
def test_spellings_of_our_own_machine_are_seen_through(host):
    with pytest.raises(NotPublic):
        public_address(host, 80)


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in (PUBLIC, "10.0.0.1")]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: entries)

    with pytest.raises(NotPublic):
        public_address("shop.example", 80)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://127.1:{port}/",
        "http://2130706433:{port}/", "http://169.254.169.254/latest/meta-data/", "http://[::1]:{port}/", "http://0:{port}/",
    ],
)  # fmt: skip
def test_our_own_network_is_never_asked(shop, url):
    port = shop.url.rpartition(":")[2]

    assert trouble(url.format(port=port)) is Trouble.NOT_PUBLIC
    assert shop.journal == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example/", "file:///etc/passwd", "gopher://x/", "http://", "//shop.example", "javascript:alert(1)",
        "http://user:secret@shop.example/", "http://shop.example:99999/", "http://[::1/", "",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url):
    assert trouble(url) is Trouble.BAD_ADDRESS


def test_a_redirect_into_our_own_network_is_refused(shop, monkeypatch):
    """The first address is let through as if it were public; every further one is judged as always."""
    port = shop.url.rpartition(":")[2]
    targets = [f"http://127.0.0.1:{port}/secret", "http://169.254.169.254/", f"http://[::ffff:7f00:1]:{port}/secret"]
    real = addresses.public_address
    monkeypatch.setattr(
        "config.outside.client.public_address",
        lambda host, at: "127.0.0.1" if host == "shop.example" else real(host, at),
    )
    for target in targets:
        shop.redirect("/", target)

        assert trouble(f"http://shop.example:{port}/") is Trouble.NOT_PUBLIC

    assert set(shop.asked) == {"/"}


def test_a_name_that_resolves_differently_a_moment_later_gains_nothing(shop, monkeypatch):
    """DNS rebinding: the address that was checked is the one that is connected to."""
    port = int(shop.url.rpartition(":")[2])
    asked = resolve(monkeypatch, PUBLIC, "127.0.0.1")
    connected: list[str] = []

    def connect(address: Any, *args: Any, **kwargs: Any) -> Any:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)

    assert trouble(f"http://rebind.example:{port}/") is Trouble.UNREACHABLE
    assert (asked, connected) == (["rebind.example"], [PUBLIC])
    assert trouble(f"http://rebind.example:{port}/") is Trouble.NOT_PUBLIC
    assert connected == [PUBLIC]


@pytest.mark.usefixtures("_private_allowed")
def test_without_the_check_the_same_requests_would_succeed(shop):
    shop.put("/secret", "the crown jewels")
    shop.redirect("/", "/secret")

    assert ask(f"{shop.url}/").content == b"the crown jewels"


@pytest.mark.usefixtures("_private_allowed")
class TestLimits:
    def test_redirects_are_followed_five_times(self, shop):
        for n in range(8):
            shop.redirect(f"/{n}", f"/{n + 1}")
        shop.put("/8", "end")

        assert ask(f"{shop.url}/3").url == f"{shop.url}/8"
        assert trouble(f"{shop.url}/2") is Trouble.TOO_MANY_REDIRECTS

    def test_the_caller_may_refuse_where_a_redirect_leads(self, shop):
        shop.redirect("/", "http://other.example/")

        assert trouble(f"{shop.url}/", may_visit=lambda url: url.startswith(shop.url)) is Trouble.ELSEWHERE

    def test_an_answer_is_cut_at_its_limit(self, shop):
        shop.put("/long", b"x" * 20_000)
        shop.put("/bomb", gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")
        shop.put("/packed", gzip.compress("Привет".encode()), Content_Encoding="gzip")

        assert trouble(f"{shop.url}/long") is Trouble.TOO_LARGE
        assert trouble(f"{shop.url}/bomb") is Trouble.TOO_LARGE
        assert ask(f"{shop.url}/packed").content.decode() == "Привет"

    @pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"])
    def test_a_server_that_drips_ends_on_time(self, shop, head):
        def drip(handler: Any) -> None:
            with suppress(OSError):
                handler.wfile.write(head)
                for _ in range(100):
                    handler.wfile.write(b"H")
                    handler.wfile.flush()
                    time.sleep(0.05)

        shop.answers["/"] = Answer(act=drip)
        started = time.monotonic()

        assert trouble(f"{shop.url}/", seconds=0.6) in {Trouble.TIMEOUT, Trouble.BAD_ANSWER}
        assert time.monotonic() - started < 2

    def test_nonsense_and_silence_have_names(self, shop):
        shop.answers["/"] = Answer(act=lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9.7\r\n\r\n"))

        assert trouble(f"{shop.url}/") is Trouble.BAD_ANSWER
        assert trouble("http://127.0.0.1:1/") is Trouble.UNREACHABLE
