"""The search of the whole shop: pages, conversations, tickets, reviews, products, knowledge."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.context_processors import workspace
from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.ports import searched

SHORTEST: Final = 2
LONGEST: Final = 100
SHOWN: Final = 5


@require_safe
@role_required(Role.USER)
def search(request: Request) -> HttpResponse:
    """Find ``q`` in the titles of pages and in every list; htmx gets the findings alone."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    pages = [page for page in workspace(request)["navigation"] if words.casefold() in str(page["title"]).casefold()]
    lists = searched() if len(words) >= SHORTEST else []
    groups = [(each, each.all_url(words), each.find(request.tenant, words, SHOWN)) for each in lists]
    context = {"words": words, "pages": pages, "groups": [group for group in groups if group[2]]}
    name = "components/findings.html" if request.headers.get("HX-Request") else "accounts/search.html"
    return render(request, name, context)
