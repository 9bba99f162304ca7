"""The widget as the end customer gets it: loader, chat and a page of the shop to try it on."""

import json
from typing import Any, Final
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
from django.utils.timezone import now
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from assistants.models import Assistant
from dialogs import origins, storefront, wording
from dialogs.allowances import allowance_of
from dialogs.appearance import Appearance, language_of, shown_by
from dialogs.enums import Channel
from dialogs.services.posting import LONGEST_MESSAGE
from dialogs.services.sighting import note_sighting

LOADER_SECONDS: Final = 300
OWN_ADDRESSES: Final = (
    *("config", "ticket", "session", "identify", "messages", "command", "files"),
    *("history", "transcript", "forget"),
)
JS_ESCAPES: Final = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


@login_not_required
@require_safe
def loader(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Return the script a seller puts on their pages."""
    assistant = _on_website(uuid)
    page = origins.origin_of(request.headers.get("Referer", "") or "-")
    if page not in origins.ours(request):
        note_sighting(assistant, origin=page, at=now())
    language = language_of(assistant)
    with translation.override(language):
        config = {
            "assistant": str(assistant.uuid),
            "origin": request.build_absolute_uri("/")[:-1],
            "frame": reverse("widget_frame", args=[uuid]),
            "ticket": reverse("widget_ticket", args=[uuid]),
            "language": language,
            "look": Appearance.of(assistant).as_json(),
            "words": {code: _launcher_words(code) for code, _ in settings.LANGUAGES},
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
    language = language_of(assistant, wanted=request.GET.get("language", ""))
    with translation.override(language):
        context = {
            "assistant": assistant,
            "look": look,
            "language": language,
            "config": _frame_config(assistant, language),
            "words": wording.of_frame(),
        }
        response = render(request, "dialogs/widget/frame.html", context)
    patch_cache_control(response, no_cache=True, private=True)
    named = origins.named_by(assistant)
    response._csp_replace = {"frame-ancestors": [SELF, *named] if named else ["*"]}  # type: ignore[attr-defined]  # noqa: SLF001 -- django-csp's own mark
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


def _launcher_words(language: str) -> dict[str, str]:
    with translation.override(language):
        return wording.of_launcher()


def _frame_config(assistant: Assistant, language: str) -> dict[str, Any]:
    return {
        **shown_by(assistant),
        "assistant": str(assistant.uuid),
        "language": language,
        "version": assistant.widget_version,
        "limit": LONGEST_MESSAGE,
        "origins": origins.named_by(assistant),
        "files": allowance_of(Channel.WIDGET).as_json(),
        "urls": {
            "socket": f"/ws/widget/{assistant.uuid}/",
            **{name: reverse(f"widget_{name}", args=[assistant.uuid]) for name in OWN_ADDRESSES},
        },
    }


def _as_js(value: Any) -> str:
    """Return ``value`` as a JavaScript literal that cannot end a script element."""
    return json.dumps(value, ensure_ascii=False).translate(JS_ESCAPES)
