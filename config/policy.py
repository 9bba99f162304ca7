"""The content security policy of our own pages; see ``config.middleware`` for the exceptions."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit


def content_security_policy(*, base_url: str, form_targets: Iterable[str]) -> dict[str, Any]:
    """Return django-csp's setting: everything from ourselves, nothing inline.

    Args:
        base_url: Our own address; Safari before 15.4 does not count its sockets as ``'self'``.
        form_targets: Addresses a form's redirects may lead to, because browsers
            apply ``form-action`` to those as well.
    """
    targets = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, form_targets)}
    own = ["'self'"]
    return {
        "DIRECTIVES": {
            "default-src": ["'none'"],
            "script-src": own,
            "style-src": own,
            "img-src": [*own, "data:"],
            "font-src": own,
            "media-src": own,
            "connect-src": [*own, base_url.replace("http", "ws", 1)],
            "manifest-src": own,
            "frame-src": own,
            "frame-ancestors": ["'none'"],
            "object-src": ["'none'"],
            "base-uri": ["'none'"],
            "form-action": [*own, *sorted(targets)],
        }
    }
