"""Pages of knowledge: documents, and one document."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from accounts.models import Tenant
from accounts.services import require_role, role_of
from config.errors import DomainError
from config.pages import page_of
from knowledge import services
from knowledge.enums import DocumentStatus, KnowledgeType, Source
from knowledge.forms import FilterForm, ForAssistant, TextForm
from knowledge.models import Document, Reembedding
from knowledge.reports import compare
from knowledge.services.corrections import left_behind
from knowledge.workbench.frame import tabs

MAX_FILES = 50
VERSIONS_SHOWN = 100


@require_safe
def documents(request: HttpRequest, text_form: TextForm | None = None) -> HttpResponse:
    """Show the shop's documents and how far each is; htmx asks for the rows alone."""
    tenant = _tenant(request)
    form = FilterForm(request.GET, tenant=tenant)
    page = page_of(_filtered(Document.objects.of(tenant), form), request.GET.get("page"))
    context = {
        "page": page,
        "form": form,
        "is_filtered": any(request.GET.get(name) for name in ("q", "status", "assistant", "source")),
        "is_working": any(not document.is_finished for document in page.rows),
        "may_write": _may_write(request),
        "limit": settings.UPLOAD_MAX_BYTES,
        "tabs": tabs("knowledge", tenant),
    }
    if request.headers.get("HX-Request"):
        return render(request, "knowledge/rows.html", context)
    context |= {"upload_form": ForAssistant(tenant=tenant), "text_form": text_form or TextForm(tenant=tenant)}
    return render(request, "knowledge/documents.html", context, status=422 if text_form else 200)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take files in."""
    tenant = _writable(request)
    form = ForAssistant(request.POST, tenant=tenant)
    files = request.FILES.getlist("file")
    if not files or not form.is_valid():
        messages.error(request, _("Choose at least one file."))
        return redirect("knowledge")
    if len(files) > MAX_FILES:
        messages.error(request, _("At most %(count)s files at a time.") % {"count": MAX_FILES})
        return redirect("knowledge")
    taken = [
        services.ingest_file(
            tenant,
            assistant=form.cleaned_data["assistant"],
            filename=file.name or "",
            content=file,
            created_by=request.user,  # type: ignore[arg-type]  # logged in
            at=now(),
        )
        for file in files
    ]
    good = sum(document.status != DocumentStatus.FAILED for document in taken)
    if good:
        words = ngettext("%(count)s document is being read.", "%(count)s documents are being read.", good)
        messages.success(request, words % {"count": good})
    for document in taken:
        if document.status == DocumentStatus.FAILED:
            messages.error(request, f"{document.filename}: {document.problem}")
    return redirect("knowledge")


@require_POST
def write(request: HttpRequest) -> HttpResponse:
    """Take a typed text in."""
    tenant = _writable(request)
    form = TextForm(request.POST, tenant=tenant)
    if form.is_valid():
        try:
            services.ingest_text(
                tenant,
                **form.cleaned_data,
                created_by=request.user,  # type: ignore[arg-type]  # logged in
                at=now(),
            )
        except DomainError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("The text is being read."))
            return redirect("knowledge")
    request.method = "GET"
    return documents(request, text_form=form)


@require_safe
def document(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one document: its passages and its versions."""
    row = _document(request, uuid)
    context = {
        "document": row,
        "page": page_of(row.chunks.in_order().without_vectors(), request.GET.get("page")),
        "summary": row.entries.filter(type=KnowledgeType.SUMMARY).first(),
        "versions": Document.objects.of_series(row).order_by("-version", "-pk")[:50],
        "left_behind": left_behind(row)[:20] if row.is_current else (),
        "may_write": _may_write(request),
    }
    return render(request, "knowledge/document.html", context)


@require_safe
def history(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show the versions of a document, and how two of them differ."""
    row = _document(request, uuid)
    versions = list(Document.objects.of_series(row).select_related("created_by").order_by("-version")[:VERSIONS_SHOWN])
    wanted = request.GET.get("with", "")
    other = next((one for one in versions if str(one.uuid) == wanted), None)
    other = other or next((one for one in versions if one.version < row.version), None)
    older, newer = sorted([row, other or row], key=lambda one: one.version)
    context = {
        "document": row,
        "versions": versions,
        "other": other,
        "older": older,
        "newer": newer,
        "comparison": compare(older, newer) if other else None,
        "may_write": _may_write(request),
    }
    return render(request, "knowledge/history.html", context)


@require_POST
def replace(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a file in as the next version of a document."""
    tenant = _writable(request)
    row = _document(request, uuid)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        messages.error(request, _("Choose at least one file."))
        return redirect("knowledge_document", row.uuid)
    version = services.ingest_file(
        tenant,
        assistant=row.assistant,
        filename=file.name or "",
        content=file,
        created_by=request.user,  # type: ignore[arg-type]  # logged in
        replaces=row,
        at=now(),
    )
    if version.status == DocumentStatus.FAILED:
        messages.error(request, f"{version.filename}: {version.problem}")
        return redirect("knowledge_document", row.uuid)
    if version.series != row.series or version.pk == row.pk:
        messages.info(request, _("This content is already in the knowledge: “%(title)s”.") % {"title": version})
    else:
        messages.success(request, _("The new version is being read; until then assistants answer from this one."))
    return redirect("knowledge_document", version.uuid)


@require_POST
def restore(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Answer from an archived version again."""
    _writable(request)
    row = services.restore(_document(request, uuid), at=now())
    messages.success(request, _("Assistants answer from version %(number)s again.") % {"number": row.version})
    return redirect("knowledge_document", row.uuid)


@require_POST
def archive(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a document out of search."""
    _writable(request)
    row = services.archive(_document(request, uuid), at=now())
    messages.success(request, _("“%(title)s” is archived; assistants no longer answer from it.") % {"title": row})
    return redirect("knowledge_document", row.uuid)


@require_POST
def retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Process a failed document once more."""
    _writable(request)
    row = services.retry(_document(request, uuid), at=now())
    messages.success(request, _("“%(title)s” is being read again.") % {"title": row})
    return redirect("knowledge")


@require_POST
def delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Erase a document."""
    _writable(request)
    row = _document(request, uuid)
    services.delete(row, at=now())
    messages.success(request, _("“%(title)s” is deleted.") % {"title": row})
    return redirect("knowledge")


@require_POST
def cancel_move(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give up moving knowledge to another embedding model."""
    tenant = _writable(request)
    move = get_object_or_404(Reembedding.objects.visible_to(request.user).of(tenant), uuid=uuid)
    services.cancel_reembedding(move, at=now())
    messages.success(request, _("The move is given up; everything stays as it was."))
    return redirect("knowledge")


def _tenant(request: HttpRequest) -> Tenant:
    tenant: Tenant | None = request.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
    if not tenant:
        raise Http404
    return tenant


def _writable(request: HttpRequest) -> Tenant:
    """Return the current tenant if this person may change its knowledge."""
    tenant = _tenant(request)
    require_role(request.user, tenant, Role.OPERATOR)
    return tenant


def _may_write(request: HttpRequest) -> bool:
    return role_of(request.user, _tenant(request)) in {Role.OPERATOR, Role.ADMIN}


def _document(request: HttpRequest, uuid: UUID) -> Document:
    rows = Document.objects.visible_to(request.user).of(_tenant(request))
    return get_object_or_404(rows.select_related("tenant", "assistant", "created_by", "supersedes"), uuid=uuid)


def _filtered(rows: Any, form: FilterForm) -> "QuerySet[Document]":
    wanted = form.cleaned_data if form.is_valid() else {}
    source = wanted.get("source", "")
    if source != "all":
        rows = rows.filter(source=source) if source else rows.exclude(source=Source.WEBSITE)
    if wanted.get("status") != DocumentStatus.ARCHIVED:
        rows = rows.live()
    if wanted.get("status"):
        rows = rows.filter(status=wanted["status"])
    if wanted.get("assistant"):
        rows = rows.in_scope(wanted["assistant"].pk)
    if wanted.get("q"):
        rows = rows.filter(title__icontains=wanted["q"])
    return rows.select_related("assistant").newest_first()  # type: ignore[no-any-return]  # its own queryset
