"""The page of models: which there are, what they cost, who answers for whom now."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from accounts.enums import IntegrationStatus, Role
from accounts.models import Platform, Tenant
from accounts.pages import Request, role_required
from accounts.services import masked_credentials, role_of
from assistants.choices import SOON, price_of
from assistants.door.ledger import roubles_per
from assistants.door.routes import OWN_PLATFORMS, Route, routes_for
from assistants.enums import Currency, ModelKind, Provider
from assistants.models import AiModel, Assistant
from assistants.services import connecting

MAX_ASSISTANTS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One model with what a seller wants to know of it."""

    model: AiModel
    price: str
    roubles: tuple[Decimal, Decimal | None] | None
    is_retired: bool
    is_ending: bool
    way: str
    languages: list[tuple[str, bool, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What an assistant thinks and searches with now."""

    assistant: Assistant
    chat: Route | None
    embedding: Route | None
    retired: AiModel | None


@require_safe
@role_required(Role.USER)
def models(request: Request) -> HttpResponse:
    """Show the catalogue, the shop's own keys, and what each assistant uses."""
    at = now()
    ways = _ways(request.tenant, at=at)
    listed = list(AiModel.objects.order_by("kind", "provider", "shutdown_on", "price_input", "name"))
    rows = [_row(model, ways, on=at.date()) for model in listed]
    keys = connecting.own_keys(request.tenant)
    context = {
        "chat": [row for row in rows if row.model.kind == ModelKind.CHAT],
        "embedding": [row for row in rows if row.model.kind == ModelKind.EMBEDDING],
        "rate": roubles_per(Currency.USD),
        "voices": _voices(request.tenant, listed, at=at),
        "keys": [(key, masked_credentials(key).get("api_key", "")) for key in keys],
        "platforms": Platform.objects.filter(pk__in=OWN_PLATFORMS, is_active=True).order_by("display_name"),
        "may_manage": role_of(request.user, request.tenant) == Role.ADMIN,
    }
    return render(request, "assistants/models.html", context)


def _ways(tenant: Tenant, *, at: datetime) -> dict[str, str]:
    """Return through whose key each provider is reached."""
    routes = [route for kind in ModelKind for route in routes_for(tenant, kind=ModelKind(kind), at=at)]
    ways: dict[str, str] = {}
    for route in routes:
        ways.setdefault(route.provider, "own" if route.integration_id else "ours")
    for key in connecting.own_keys(tenant):
        if key.status == IntegrationStatus.CONNECTED:
            ways[key.platform_id] = "own"
    return {**ways, Provider.EMBEDDED: "built in"} if Provider.EMBEDDED in ways else ways


def _row(model: AiModel, ways: dict[str, str], *, on: date) -> Row:
    rate = roubles_per(Currency(model.currency)) if model.price_input else None
    languages = [
        (code, bool(found.get("passes")), str(found.get("evidence", "")))
        for code, found in sorted(model.language_probe.items(), reverse=True)
    ]
    is_ending = model.shutdown_on is not None and model.shutdown_on <= on + SOON
    return Row(
        model=model,
        price=price_of(model),
        roubles=_in_roubles(model, rate),
        is_retired=model.is_retired(on=on),
        is_ending=is_ending,
        way=ways.get(model.provider, ""),
        languages=languages,
    )


def _in_roubles(model: AiModel, rate: Decimal | None) -> tuple[Decimal, Decimal | None] | None:
    if rate is None or not model.price_input:
        return None
    return model.price_input * rate, model.price_output * rate if model.price_output else None


def _voices(tenant: Tenant, listed: list[AiModel], *, at: datetime) -> list[Voice]:
    """Return who answers for each assistant; assistants with the same wishes ask once."""
    known: dict[tuple[ModelKind, str], Route | None] = {}

    def first(kind: ModelKind, wanted: str) -> Route | None:
        if (kind, wanted) not in known:
            known[kind, wanted] = next(iter(routes_for(tenant, kind=kind, wanted=wanted, at=at)), None)
        return known[kind, wanted]

    retired = {model.name: model for model in listed if model.is_retired(on=at.date())}
    return [
        Voice(
            assistant=assistant,
            chat=first(ModelKind.CHAT, assistant.ai_model),
            embedding=first(ModelKind.EMBEDDING, assistant.embedding_model),
            retired=retired.get(assistant.ai_model) or retired.get(assistant.embedding_model),
        )
        for assistant in Assistant.objects.of(tenant).order_by("-is_active", "name")[:MAX_ASSISTANTS]
    ]
