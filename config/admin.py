"""What every admin page shares."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import display
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import connection, models
from django.db.models import ForeignObjectRel
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise, cached_property
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin as UnfoldModelAdmin
from unfold.sites import UnfoldAdminSite
from unfold.widgets import UnfoldAdminURLInputWidget

from config.errors import DomainError

LARGE_TABLE = 10_000


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the admin that belongs to no model."""

    title: str | Promise
    path: str
    name: str
    icon: str
    view: Callable[..., HttpResponse]
    permission: str = ""  # what opens it; without one all of the staff may
    is_listed: bool = True  # in the sidebar; a page about one row is not

    def is_open_to(self, user: Any) -> bool:
        """Say whether the person may see the page."""
        return not self.permission or user.has_perm(self.permission)

    def serve(self, request: HttpRequest, **arguments: Any) -> HttpResponse:
        """Show the page to who may see it."""
        if not self.is_open_to(request.user):
            raise PermissionDenied
        return self.view(request, **arguments)


pages: Final[list[Page]] = []  # filled from ``AppConfig.ready``


class AdminSite(UnfoldAdminSite):
    """The staff admin; entering it goes through the same log-in as everything else."""

    site_title = site_header = "Otklik"

    def get_urls(self) -> list[URLPattern]:  # type: ignore[override]  # resolvers are addresses too
        """Return the addresses of models, and of the pages beside them."""
        own = [path(page.path, self.admin_view(page.serve), name=page.name) for page in pages]
        return [*own, *super().get_urls()]

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send strangers to the log-in page, with its limits and second factor; refuse who is no staff."""
        page: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return page


class EstimatingPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Take the number of rows of an unfiltered big table from the planner's statistics."""

    @cached_property
    def count(self) -> int:
        """Return an exact count of small tables and an estimate of large ones."""
        query: Any = getattr(self.object_list, "query", None)
        if query is None or query.where:
            return super().count
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [query.model._meta.db_table]
            )
            (estimate,) = cursor.fetchone() or (0,)
        return estimate if estimate > LARGE_TABLE else super().count


class ModelAdmin(UnfoldModelAdmin):
    """An admin page that shows related rows and renders refusals as messages."""

    show_full_result_count = False
    paginator = EstimatingPaginator
    list_per_page = 50
    compressed_fields = True
    warn_unsaved_form = True
    list_fullwidth = True
    formfield_overrides: Any = {  # type: ignore[misc]  # declared two ways by the bases
        models.URLField: {"widget": UnfoldAdminURLInputWidget, "assume_scheme": "https"},
    }

    @display(description=_("Related"))
    def related(self, row: models.Model) -> str:
        """Return links to the lists of rows that point to ``row``; put ``"related"`` into ``readonly_fields``."""
        links = []
        for relation in row._meta.get_fields(include_hidden=True):
            if not isinstance(relation, ForeignObjectRel) or not self.admin_site.is_registered(relation.related_model):
                continue
            options = relation.related_model._meta
            url = reverse(f"{self.admin_site.name}:{options.app_label}_{options.model_name}_changelist")
            query = urlencode({f"{relation.field.name}__pk__exact": row.pk})
            links.append((f"{url}?{query}", options.verbose_name_plural))
        return format_html_join(" · ", '<a href="{}">{}</a>', links) or "—"

    def each(
        self, request: HttpRequest, rows: Iterable[models.Model], verb: Callable[[Any], object], done: Any
    ) -> None:
        """Apply ``verb`` to each row; report successes together and each refusal alone."""
        count = 0
        for row in rows:
            try:
                verb(row)
            except DomainError as error:
                self.message_user(request, f"{row}: {error}", messages.WARNING)
            else:
                count += 1
        if count:
            self.message_user(request, done % {"count": count}, messages.SUCCESS)


class FactAdmin(ModelAdmin):
    """A page of rows that record what happened: to read, never to write."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: facts come from services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: facts do not change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: facts stay."""
        return False


def environment_label(request: HttpRequest) -> list[str] | None:
    """Return the label beside the site's name: red in development."""
    return [str(_("Development")), "warning"] if settings.DEBUG or not settings.IS_SECURE else None


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar: one group per domain, every registered model in it."""
    from django.contrib import admin  # noqa: PLC0415 -- leaf: the registry is full only at request time

    operations = [
        {"title": page.title, "link": reverse(f"admin:{page.name}"), "icon": page.icon}
        for page in pages
        if page.is_listed and page.is_open_to(request.user)
    ]
    groups = [{"title": _("Operations"), "collapsible": True, "items": operations}]
    for app in admin.site.get_app_list(request):
        items = [
            {"title": model["name"], "link": model["admin_url"] or reverse("admin:index")}
            for model in app["models"]
            if model["perms"].get("view")
        ]
        groups.append({"title": app["name"], "collapsible": True, "items": items})
    return groups
