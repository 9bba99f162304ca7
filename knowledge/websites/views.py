"""Pages of websites: all of them, one with its pages, and what people do there."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import role_of
from billing.enums import ServiceType
from billing.errors import NoPrice
from billing.services import price_of
from config.errors import DomainError
from config.pages import page_of
from knowledge import services
from knowledge.models import WebPage, WebSource
from knowledge.websites.forms import ChangeForm, PageFilter, SiteForm
from knowledge.workbench.frame import tabs


@require_safe
@role_required(Role.USER)
def sites(request: Request, form: SiteForm | None = None) -> HttpResponse:
    """Show the shop's websites and how far each is; htmx asks for the rows alone."""
    rows = WebSource.objects.of(request.tenant).select_related("assistant").newest_first()
    page = page_of(rows, request.GET.get("page"))
    context = {
        "page": page,
        "is_working": any(source.is_busy for source in page.rows),
        "may_write": _may_write(request),
    }
    if request.headers.get("HX-Request"):
        return render(request, "knowledge/sites/rows.html", context)
    context |= {"form": form or SiteForm(tenant=request.tenant), "price": _price()}
    context["tabs"] = tabs("knowledge_sites", request.tenant)
    return render(request, "knowledge/sites/list.html", context, status=422 if form else 200)


@require_POST
@role_required(Role.OPERATOR)
def add(request: Request) -> HttpResponse:
    """Take a site in and begin to read it."""
    form = SiteForm(request.POST, tenant=request.tenant)
    if form.is_valid():
        try:
            source = services.add_site(request.tenant, **form.cleaned_data, created_by=request.user, at=now())
        except DomainError as error:
            form.add_error("url", str(error))
        else:
            messages.success(request, _("“%(site)s” is being read.") % {"site": source})
            return redirect("knowledge_site", source.uuid)
    request.method = "GET"
    return sites(request, form=form)


@require_safe
@role_required(Role.USER)
def site(request: Request, uuid: UUID, form: ChangeForm | None = None) -> HttpResponse:
    """Show one site with its pages; htmx asks for what moves."""
    source = _source(request, uuid)
    wanted = PageFilter(request.GET)
    pages = source.pages.select_related("document").order_by("depth", "pk")
    if wanted.is_valid() and wanted.cleaned_data["state"]:
        pages = pages.filter(state=wanted.cleaned_data["state"])
    context = {
        "source": source,
        "page": page_of(pages, request.GET.get("page")),
        "filter": wanted,
        "taken_count": WebPage.objects.in_knowledge().filter(source=source).count(),
        "visited_count": source.pages.filter(visited=source.run, run=source.run, is_excluded=False).count(),
        "may_write": _may_write(request),
    }
    if request.headers.get("HX-Request"):
        return render(request, "knowledge/sites/progress.html", context)
    context["form"] = form or ChangeForm(tenant=request.tenant, initial=_rules(source))
    return render(request, "knowledge/sites/detail.html", context, status=422 if form else 200)


@require_POST
@role_required(Role.OPERATOR)
def change(request: Request, uuid: UUID) -> HttpResponse:
    """Change how a site is read."""
    source = _source(request, uuid)
    form = ChangeForm(request.POST, tenant=request.tenant)
    if not form.is_valid():
        request.method = "GET"
        return site(request, uuid, form=form)
    services.change_site(source, at=now(), **form.cleaned_data)
    messages.success(request, _("Saved. The next reading follows the new rules."))
    return redirect("knowledge_site", uuid)


@require_POST
@role_required(Role.OPERATOR)
def crawl(request: Request, uuid: UUID) -> HttpResponse:
    """Read a site now."""
    source = services.crawl_site(_source(request, uuid), at=now())
    messages.success(request, _("“%(site)s” is being read.") % {"site": source})
    return redirect("knowledge_site", uuid)


@require_POST
@role_required(Role.OPERATOR)
def stop(request: Request, uuid: UUID) -> HttpResponse:
    """End the reading under way."""
    services.stop_site(_source(request, uuid), at=now())
    messages.success(request, _("The reading is stopped; what was read stays in the knowledge."))
    return redirect("knowledge_site", uuid)


@require_POST
@role_required(Role.OPERATOR)
def remove(request: Request, uuid: UUID) -> HttpResponse:
    """Remove a site with everything that was read from it."""
    source = _source(request, uuid)
    services.remove_site(source, at=now())
    messages.success(request, _("“%(site)s” is being removed with all its pages.") % {"site": source})
    return redirect("knowledge_sites")


@require_POST
@role_required(Role.OPERATOR)
def exclude(request: Request, uuid: UUID) -> HttpResponse:
    """Leave a page out."""
    page = services.exclude_page(_page(request, uuid), at=now())
    messages.success(request, _("“%(page)s” is left out; assistants no longer answer from it.") % {"page": page})
    return redirect("knowledge_site", page.source.uuid)


@require_POST
@role_required(Role.OPERATOR)
def include(request: Request, uuid: UUID) -> HttpResponse:
    """Take a page back."""
    page = services.include_page(_page(request, uuid), at=now())
    messages.success(request, _("“%(page)s” is read again with the next reading.") % {"page": page})
    return redirect("knowledge_site", page.source.uuid)


def _source(request: Request, uuid: UUID) -> WebSource:
    rows = WebSource.objects.visible_to(request.user).of(request.tenant)
    return get_object_or_404(rows.select_related("tenant", "assistant", "created_by"), uuid=uuid)


def _page(request: Request, uuid: UUID) -> WebPage:
    rows = WebPage.objects.visible_to(request.user).of(request.tenant)
    return get_object_or_404(rows.select_related("source", "document"), uuid=uuid)


def _may_write(request: Request) -> bool:
    return role_of(request.user, request.tenant) in {Role.OPERATOR, Role.ADMIN}


def _rules(source: WebSource) -> dict[str, Any]:
    plain = {name: getattr(source, name) for name in ("kind", "max_pages", "max_depth", "schedule")}
    return plain | {"include": "\n".join(source.include), "exclude": "\n".join(source.exclude)}


def _price() -> Any:
    try:
        return price_of(ServiceType.DOCUMENT_UPLOAD, at=now())
    except NoPrice:
        return None
