"""Each page has one spelling of its address, and robots.txt and sitemaps are read as they are in the wild."""

import gzip

import pytest
from protego import Protego

from knowledge.websites.addresses import Scope, normalised, prefix, readable, typed_address
from knowledge.websites.robots import Robots
from knowledge.websites.sitemaps import parse_sitemap


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Shop.Example:443", "https://shop.example/"),
        ("http://shop.example:80/a#part", "http://shop.example/a"),
        ("http://shop.example:8080/a", "http://shop.example:8080/a"),
        ("../b?x=1&utm_source=mail&yclid=7", "https://shop.example/b?x=1"),
        ("//cdn.example/a b", "https://cdn.example/a%20b"),
        ("/дом?я=ё", "https://shop.example/%D0%B4%D0%BE%D0%BC?%D1%8F=%D1%91"),
        ("%D0%B4", "https://shop.example/dir/%D0%B4"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
        ("mailto:a@b.ru", ""),
        ("javascript:void(0)", ""),
        ("tel:+7", ""),
        ("http://user@shop.example/", ""),
        ("http://shop.example:99999/", ""),
        ("http://[::1", ""),
        ("http://" + "a" * 3000, ""),
        ("https://shop.example/" + "я" * 400, ""),
    ],
)  # fmt: skip
def test_addresses_have_one_spelling(url, expected):
    assert normalised(url, base="https://shop.example/dir/page") == expected


def test_people_type_hosts_and_read_their_own_letters():
    assert typed_address(" лавка.рф ") == "https://xn--80aaf6ac.xn--p1ai/"
    assert readable("https://xn--80aaf6ac.xn--p1ai/%D0%B0/") == "лавка.рф/а"
    assert prefix("https://shop.example/help") == "/help"
    assert prefix("help/") == "/help/"


def test_scope_is_the_host_with_or_without_www_and_the_prefixes():
    scope = Scope.of("https://www.shop.example/", include=["/help"], exclude=["/help/old"])

    assert scope.contains("http://shop.example/help/a")
    assert not scope.contains("https://shop.example/help/old/a")
    assert not scope.contains("https://shop.example/blog")
    assert not scope.contains("https://shop.example:8443/help/a")
    assert not scope.contains("https://evil-shop.example/help/a")
    assert not scope.contains("https://shop.example/help/photo.JPG")


def test_delay_of_a_site_is_heeded_within_reason():
    assert Robots(Protego.parse("User-agent: *\nCrawl-delay: 4")).delay == 4
    assert Robots(Protego.parse("User-agent: *\nCrawl-delay: 86400")).delay == 30
    assert Robots(Protego.parse("")).delay == 0
    assert not Robots(Protego.parse("User-agent: *\nDisallow: /*.php$")).may_fetch("https://x.example/a.php")


def test_sitemaps_come_in_many_ways():
    pages = "<urlset><url><loc> https://x.example/a </loc><lastmod>2026</lastmod></url></urlset>"
    assert parse_sitemap(pages.encode()).pages == ["https://x.example/a"]
    assert parse_sitemap(b"\xef\xbb\xbf" + pages.encode()).pages == ["https://x.example/a"]
    assert parse_sitemap(gzip.compress(pages.encode())).pages == ["https://x.example/a"]
    assert parse_sitemap(b"https://x.example/a\nnonsense\nhttps://x.example/b\n").pages[1] == "https://x.example/b"
    index = b"<sitemapindex><sitemap><loc>https://x.example/1.xml</loc></sitemap></sitemapindex>"
    assert parse_sitemap(index).maps == ["https://x.example/1.xml"]
    broken = f"{pages[:-9]}<url><loc>https://x.example/b</loc></url><url>"
    assert parse_sitemap(broken.encode()).pages == ["https://x.example/a", "https://x.example/b"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x1f\x8bbroken",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><urlset><url><loc>&b;</loc></url></urlset>",
        b"<html><body>404</body></html>",
        gzip.compress(b"<urlset>" + b"\0" * 100_000_000),
    ],
)
def test_hostile_sitemaps_name_nothing(content):
    assert parse_sitemap(content).pages == []
