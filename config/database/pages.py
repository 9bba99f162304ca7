"""The admin's page on the health of the database."""

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.admin import Page
from config.database.answers import Answer, State, worst
from config.database.health import examine
from config.tasks import back_up, rebuild_index, rehearse_restore

COLOURS: Final = {State.OK: "success", State.NOTE: "info", State.WARNING: "warning", State.ERROR: "danger"}
WORDS: Final = {
    State.OK: gettext_lazy("in order"),
    State.NOTE: gettext_lazy("to know"),
    State.WARNING: gettext_lazy("look at it"),
    State.ERROR: gettext_lazy("wrong"),
}


def database(request: HttpRequest) -> HttpResponse:
    """Show what ``manage.py doctor`` finds; superusers may act on it."""
    if request.method == "POST":
        return _act(request)
    answers = examine(at=now())
    state = worst(answers)
    context = {
        **admin.site.each_context(request),
        "title": _("Database health"),
        "sections": [_section(answer) for answer in answers],
        "state": {"text": WORDS[state], "colour": COLOURS[state]},
        "can_act": request.user.is_superuser,  # type: ignore[union-attr]  # admin_view lets nobody else in
    }
    return TemplateResponse(request, "config/database.html", context)


def _section(answer: Answer) -> dict[str, Any]:
    sizes = [
        position for position, column in enumerate(answer.columns) if column in {_("bytes"), _("bytes of indexes")}
    ]
    rows = [[filesizeformat(c) if at in sizes and c != "" else c for at, c in enumerate(row)] for row in answer.rows]
    return {
        "name": answer.name,
        "title": answer.title,
        "summary": answer.summary,
        "state": {"text": WORDS[answer.state], "colour": COLOURS[answer.state]},
        "table": {"headers": list(answer.columns), "rows": rows},
        "rebuildable": [row[0] for row in answer.rows if row[1] != _("duplicate")] if answer.name == "indexes" else [],
    }


def _act(request: HttpRequest) -> HttpResponse:
    """Send the chosen task to a worker."""
    if not request.user.is_superuser:  # type: ignore[union-attr]  # admin_view lets nobody else in
        raise PermissionDenied
    if name := request.POST.get("index", ""):
        rebuild_index.delay(name=name)
        messages.success(request, _("The index {name} is being rebuilt.").format(name=name))
    elif "backup" in request.POST:
        back_up.delay()
        messages.success(request, _("A backup is being made."))
    elif "drill" in request.POST:
        rehearse_restore.delay()
        messages.success(request, _("A restore is being rehearsed."))
    return redirect("admin:database")


PAGES: Final[Sequence[Page]] = (
    Page(title=gettext_lazy("Database health"), path="database/", name="database", icon="database", view=database),
)
