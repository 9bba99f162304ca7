"""A web site on loopback that says what a test tells it to say."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """What an address of the site answers."""

    content: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    act: Callable[[Any], None] | None = None  # writes to the socket by itself


class Site:
    """Pages by path, and a journal of what was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[str, Answer] = {}
        self.journal: list[tuple[str, dict[str, str]]] = []
        self.bodies: list[bytes] = []  # of what was posted

    @property
    def asked(self) -> list[str]:
        """Return the paths that were asked for."""
        return [path for path, _ in self.journal]

    def put(self, path: str, content: str | bytes, *, status: int = 200, **headers: str) -> None:
        """Answer with a text; a header's underscores stand for dashes."""
        raw = content.encode() if isinstance(content, str) else content
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = Answer(raw, status, {"Content-Type": "text/html; charset=utf-8", **named})

    def page(self, path: str, title: str, text: str, *links: str, **headers: str) -> None:
        """Answer with a page: a menu, a text, links and a footer."""
        menu = '<nav><a href="/">Главная</a></nav><div class="cookie-banner">Мы едим печенье</div>'
        anchors = "".join(f'<p><a href="{link}">Ссылка {n}</a></p>' for n, link in enumerate(links))
        body = f"{menu}<main><h1>{title}</h1><p>{text}</p>{anchors}</main><footer>© Лавка</footer>"
        self.put(path, f"<html><head><title>{title}</title></head><body>{body}</body></html>", **headers)

    def redirect(self, path: str, target: str, *, status: int = 302) -> None:
        """Answer with another address."""
        self.put(path, "", status=status, Location=target)

    def sitemap(self, path: str, *pages: str) -> None:
        """Answer with a sitemap of pages."""
        rows = "".join(f"<url><loc>{self.url}{page}</loc></url>" for page in pages)
        self.put(
            path, f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
        )


@contextmanager
def site() -> Iterator[Site]:
    """Serve a site; conditional requests are answered 304 when its ETag or date fits."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            served.journal.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            answer = served.answers.get(self.path, Answer(b"no such page", 404, {"Content-Type": "text/html"}))
            if answer.act:
                answer.act(self)
                return
            etag, modified = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
            fits = etag and self.headers.get("If-None-Match") == etag
            fits = fits or (modified and self.headers.get("If-Modified-Since") == modified)
            content = b"" if fits else answer.content
            self.send_response(304 if fits else answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            served.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
