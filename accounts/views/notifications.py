"""What a person should know: the bell, the list, and how they want to hear of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Topic
from accounts.models import Notification
from accounts.pages import Request
from accounts.services import notifying
from config.pages import page_of

MOST_COUNTED = 99


@require_safe
def notifications(request: Request) -> HttpResponse:
    """List what the person was told, newest first."""
    rows = Notification.objects.visible_to(request.user).shown_to(request.user).select_related("tenant")
    only_new = "new" in request.GET
    page = page_of((rows.unread() if only_new else rows).order_by("-pk"), request.GET.get("page"), size=30)
    context = {"page": page, "only_new": only_new, "has_unread": rows.unread().exists()}
    return render(request, "accounts/notifications.html", context)


@require_safe
@never_cache
def bell(request: Request) -> HttpResponse:
    """Return the bell with the number of what is new; the frame of every page asks for it."""
    rows = Notification.objects.visible_to(request.user).shown_to(request.user).unread()
    count = rows.order_by()[: MOST_COUNTED + 1].count()
    return render(request, "accounts/bell.html", {"unread": count, "most": MOST_COUNTED})


@require_POST
def open_notification(request: Request, uuid: UUID) -> HttpResponse:
    """Mark one as looked at, and go where it leads."""
    rows = Notification.objects.visible_to(request.user).filter(user=request.user)
    found = get_object_or_404(rows, uuid=uuid)
    notifying.read(request.user, at=now(), uuid=found.uuid)
    is_ours = found.url and url_has_allowed_host_and_scheme(found.url, allowed_hosts=None)
    return redirect(found.url if is_ours else "notifications")


@require_POST
def read_all(request: Request) -> HttpResponse:
    """Mark everything as looked at."""
    notifying.read(request.user, at=now())
    return redirect("notifications")


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: Request) -> HttpResponse:
    """Choose for each topic whether it stands in the list and whether a letter goes out."""
    if request.method == "POST":
        for topic in Topic:
            notifying.choose(
                request.user,
                topic=topic,
                in_app=f"{topic}-in_app" in request.POST,
                by_mail=f"{topic}-by_mail" in request.POST,
            )
        messages.success(request, _("Saved."))
        return redirect("notification_preferences")
    chosen = notifying.preferences_of([request.user])[request.user.pk]
    rows = [(topic.value, topic.label, *chosen[topic]) for topic in Topic]
    return render(request, "accounts/notification_preferences.html", {"rows": rows})
