"""The widget as the end customer gets it: loader, chat and a page of the shop to try it on."""

import json
import re
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from csp.constants import SELF
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from assistants.models import Assistant
from dialogs import storefront, wording
from dialogs.allowances import allowance_of
from dialogs.appearance import Appearance, language_of, questions_of
from dialogs.enums import Channel
from dialogs.services.posting import LONGEST_MESSAGE

LOADER_SECONDS: Final = 300
HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
JS_ESCAPES: Final = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


@login_not_required
@require_safe
def loader(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Return the script a seller puts on their pages."""
    assistant = _on_website(uuid)
    language = language_of(assistant)
    with translation.override(language):
        look = Appearance.of(assistant)
        config = {
            "assistant": str(assistant.uuid),
            "origin": request.build_absolute_uri("/")[:-1],
            "frame": reverse("widget_frame", args=[uuid]),
            "language": language,
            "name": look.title,
            "color": look.color,
            "ink": look.ink,
            "position": look.position,
            "words": wording.of_launcher(),
        }
    script = render_to_string("dialogs/widget/loader.js", {"config": _as_js(config)})
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    patch_cache_control(response, public=True, max_age=LOADER_SECONDS)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@login_not_required
@require_safe
@xframe_options_exempt
def frame(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show the chat itself; only the seller's own websites may frame it."""
    assistant = _on_website(uuid)
    look = Appearance.of(assistant)
    language = language_of(assistant)
    with translation.override(language):
        context = {
            "assistant": assistant,
            "look": look,
            "language": language,
            "config": _frame_config(assistant, look, language),
            "words": wording.of_frame(),
        }
        response = render(request, "dialogs/widget/frame.html", context)
    patch_cache_control(response, no_cache=True, private=True)
    origins = _origins(assistant)
    response._csp_replace = {"frame-ancestors": [SELF, *origins] if origins else ["*"]}  # type: ignore[attr-defined]  # noqa: SLF001 -- django-csp's own mark
    return response


@login_not_required
@require_safe
def demo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a page of the shop with the widget on it, as its customers would see it."""
    assistant = _on_website(uuid)
    with translation.override(language_of(assistant)):
        window = storefront.of(assistant)
        context = {"tenant": assistant.tenant, "assistant": assistant, "shop": window.shop, "products": window.products}
        return render(request, "dialogs/widget/demo.html", {**context, "language": language_of(assistant)})


def _on_website(uuid: UUID) -> Assistant:
    """Return the assistant that websites may show, or raise 404."""
    shown = Assistant.objects.on_websites().select_related("tenant").filter(tenant__is_active=True)
    if (assistant := shown.filter(uuid=uuid).first()) is None:
        raise Http404
    return assistant


def _frame_config(assistant: Assistant, look: Appearance, language: str) -> dict[str, Any]:
    return {
        "assistant": str(assistant.uuid),
        "name": look.title,
        "language": language,
        "greeting": assistant.greeting,
        "questions": questions_of(assistant),
        "handoff": assistant.handoff_enabled,
        "version": assistant.widget_version,
        "limit": LONGEST_MESSAGE,
        "origins": _origins(assistant),
        "look": look.as_json(),
        "files": allowance_of(Channel.WIDGET).as_json(),
        "urls": {
            "socket": f"/ws/widget/{assistant.uuid}/",
            **{name: reverse(f"widget_{name}", args=[assistant.uuid]) for name in ("config", "session", "messages")},
            **{name: reverse(f"widget_{name}", args=[assistant.uuid]) for name in ("command", "files")},
        },
    }


def _origins(assistant: Assistant) -> list[str]:
    """Return the origins that may frame the chat; a line that is no web address is left out.

    An assistant whose every line is nonsense is framed by nobody but us,
    never by everybody.
    """
    if not assistant.allowed_origins:
        return []
    found = [origin for line in assistant.allowed_origins if (origin := _origin(line))]
    return found or [settings.BASE_URL]


def _origin(line: str) -> str:
    """Return the origin of a web address, or nothing; a bare host is taken for https."""
    address = urlsplit(line.strip() if "//" in line else f"https://{line.strip()}")
    try:
        host = (address.hostname or "").encode("idna").decode()
        port = f":{address.port}" if address.port else ""
    except ValueError:  # no host of that name can be, nor such a port
        return ""
    is_web = address.scheme in {"http", "https"} and HOST.fullmatch(host) and "@" not in address.netloc
    return f"{address.scheme}://{host}{port}" if is_web else ""


def _as_js(value: Any) -> str:
    """Return ``value`` as a JavaScript literal that cannot end a script element."""
    return json.dumps(value, ensure_ascii=False).translate(JS_ESCAPES)
