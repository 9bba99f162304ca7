"""Tenants' own keys at model providers: connect, test, change, disconnect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db.models import Q

from accounts import secrets
from accounts import services as accounts
from accounts.enums import IntegrationStatus
from accounts.errors import CredentialsUnreadable
from accounts.models import Integration, Platform, Tenant
from assistants.door import probing
from assistants.door.probing import Step
from assistants.door.routes import ADDRESSES, NO_SECRET, OWN_PLATFORMS, Catalogue, Route
from assistants.enums import ModelKind, Provider
from assistants.explanations import explain
from assistants.models import AiModel, AiRoute, AiTokenPool

log = structlog.get_logger(__name__)

OPTIONS: Final = ("chat_model", "embedding_model", "context_length")
WITHOUT_EMBEDDINGS: Final = frozenset({Provider.DEEPSEEK})
STATUS_OF: Final = {
    "unauthorised": IntegrationStatus.REAUTH_REQUIRED,
    "forbidden": IntegrationStatus.REAUTH_REQUIRED,
    "no_money": IntegrationStatus.REAUTH_REQUIRED,
    "no_key": IntegrationStatus.REAUTH_REQUIRED,
    "rate_limited": IntegrationStatus.RATE_LIMITED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a test of a key found."""

    steps: tuple[Step, ...]
    names: tuple[str, ...] = ()
    window: int | None = None

    @property
    def works(self) -> bool:
        """Say whether the key answers or embeds."""
        return any(not step.problem for step in self.steps if step.name in {"chat", "embedding"})

    @property
    def problem(self) -> Step | None:
        """Return the first thing that did not work and matters."""
        faults = [step for step in self.steps if step.problem and step.problem != "no_embeddings"]
        return next((step for step in faults if step.name != "models"), faults[0] if faults else None)


def own_keys(tenant: Tenant) -> list[Integration]:
    """Return a tenant's connections to model providers, those that are gone left out."""
    rows = Integration.objects.of(tenant).filter(platform_id__in=OWN_PLATFORMS)
    return list(rows.exclude(status=IntegrationStatus.DISCONNECTED).select_related("platform").order_by("pk"))


def address_of(integration: Integration) -> str:
    """Return the address of the API, which is no secret, if the tenant named one."""
    try:
        return accounts.credentials_of(integration).get("base_url", "")
    except CredentialsUnreadable:
        return ""


def connect_key(
    tenant: Tenant, *, platform: Platform, credentials: Mapping[str, str], name: str, options: Mapping[str, Any]
) -> Integration:
    """Keep a key; it is not used before a test has found it to work.

    Raises:
        CredentialsMissing: the platform asks for more.
    """
    account = urlsplit(credentials.get("base_url", "")).netloc or secrets.masked(credentials.get("api_key", ""))
    return accounts.connect(
        tenant,
        platform=platform,
        credentials=credentials,
        external_account=account[:255],
        name=name or f"{platform.display_name} {account}",
        settings={key: value for key, value in options.items() if value},
        status=IntegrationStatus.PENDING,
    )


def change_key(
    integration: Integration, *, credentials: Mapping[str, str], name: str, options: Mapping[str, Any]
) -> Integration:
    """Change what is known of a key; credentials left empty stay."""
    kept = {**accounts.credentials_of(integration), **{key: value for key, value in credentials.items() if value}}
    others = {key: value for key, value in integration.settings.items() if key not in OPTIONS}
    return accounts.connect(
        integration.tenant,
        platform=integration.platform,
        credentials=kept,
        external_account=integration.external_account,
        name=name,
        settings={**others, **{key: value for key, value in options.items() if value}},
        status=IntegrationStatus(integration.status),
    )


def test_key(integration: Integration, *, at: datetime) -> Report:
    """Try a tenant's key and remember the result; one that works is used from now on."""
    try:
        credentials = accounts.credentials_of(integration)
    except CredentialsUnreadable:
        report = Report(steps=(Step(name="chat", problem="no_key"),))
    else:
        report = _test(_own_route(integration, credentials), integration.settings, tenant=integration.tenant, at=at)
    kept = {**integration.settings, "last_test": _as_json(report, at=at)}
    if report.window:
        kept["context_length"] = report.window
    kept |= _models_found(integration, report, at=at)
    Integration.objects.filter(pk=integration.pk).update(settings=kept)
    integration.settings = kept
    _note(integration, report)
    return report


def test_pool_key(key: AiTokenPool, *, at: datetime) -> Report:
    """Try one of our own keys; what its embedding model understands goes into the catalogue."""
    route = _pool_route(key)
    report = _test(route, {}, tenant=None, at=at, allowed=key.model_access)
    for step in report.steps:
        if step.name == "languages" and not step.problem and step.facts.get("accuracy"):
            _into_catalogue(route.provider, step, at=at)
    return report


def read_shutdown_days() -> int:
    """Ask each provider of the pool when it will shut models down, and correct the catalogue; return how many moved."""
    moved, asked = 0, set()
    for key in AiTokenPool.objects.filter(is_active=True, parked_reason="").order_by("priority", "pk"):
        route = _pool_route(key)
        if (route.provider, route.base_url) in asked:
            continue
        asked.add((route.provider, route.base_url))
        for name, day in probing.shutdown_days(route).items():
            listed = AiModel.objects.filter(
                Q(shutdown_on=None) | ~Q(shutdown_on=day), provider=route.provider, name=name
            )
            if listed.update(shutdown_on=day):
                log.warning("model_will_be_shut_down", provider=str(route.provider), model=name, day=str(day))
                moved += 1
    return moved


def disconnect_key(integration: Integration) -> None:
    """Forget a key; assistants go on with ours."""
    accounts.disconnect(integration)
    AiRoute.objects.filter(key=f"integration:{integration.uuid}").delete()


def _test(
    route: Route, options: Mapping[str, Any], *, tenant: Tenant | None, at: datetime, allowed: Sequence[str] = ()
) -> Report:
    """List, answer, embed, measure: each step only where the one before leaves hope."""
    listing, found = probing.list_models(route)
    names = list(allowed) or found
    steps = [listing]
    if listing.problem in {"unauthorised", "private_address", "unreachable", "timeout"}:
        return Report(steps=(listing, Step(name="chat", problem=listing.problem, facts=listing.facts)))
    chat = _with_model(route, ModelKind.CHAT, options, names, at=at)
    steps.append(
        probing.try_chat(chat, tenant=tenant, at=at, offered=names)
        if chat.model
        else Step(name="chat", problem=listing.problem or "no_model", facts=listing.facts)
    )
    window = probing.window_of(chat) if not steps[-1].problem else None
    embedding = _with_model(route, ModelKind.EMBEDDING, options, names, at=at)
    if not embedding.model:
        steps.append(Step(name="embedding", problem="no_embeddings"))
    else:
        steps.append(probing.try_embedding(embedding, tenant=tenant, at=at, offered=names))
        if not steps[-1].problem and (embedding.spec is None or embedding.spec.is_semantic):
            steps.append(probing.try_languages(embedding, tenant=tenant, at=at)[0])
    return Report(steps=tuple(steps), names=tuple(names), window=window)


def _with_model(route: Route, kind: ModelKind, options: Mapping[str, Any], names: list[str], *, at: datetime) -> Route:
    """Return the route to the model to try: the chosen one, else the provider's default, else the first it lists."""
    catalogue = Catalogue(kind, at=at)
    is_embedding = kind == ModelKind.EMBEDDING
    if is_embedding and route.provider in WITHOUT_EMBEDDINGS:
        return replace(route, model="")
    embedding = {model.name for model in Catalogue(ModelKind.EMBEDDING, at=at).models}
    listed = [name for name in names if (name in embedding or probing.looks_like_embedding(name)) == is_embedding]
    default = catalogue.default(route.provider)
    known = default if default and (not names or default in names) else ""
    model = str(options.get(f"{kind}_model") or known or next(iter(listed), "") or ("" if is_embedding else default))
    return replace(route, model=model, spec=catalogue.get(route.provider, model))


def _own_route(integration: Integration, credentials: Mapping[str, str]) -> Route:
    provider = Provider(integration.platform_id)
    return Route(
        key=f"integration:{integration.uuid}",
        name=str(integration),
        provider=provider,
        base_url=credentials.get("base_url") or ADDRESSES.get(provider, ""),
        secret=credentials.get("api_key") or NO_SECRET,
        model="",
        spec=None,
        integration_id=integration.pk,
        is_public_only=not settings.LLM_ALLOW_PRIVATE_ADDRESSES,
    )


def _pool_route(key: AiTokenPool) -> Route:
    provider = Provider(key.provider)
    return Route(
        key=f"pool:{key.pk}",
        name=key.name,
        provider=provider,
        base_url=key.base_url or ADDRESSES.get(provider, ""),
        secret=key.open_token(),
        model="",
        spec=None,
    )


def _note(integration: Integration, report: Report) -> None:
    """Use a key that works, with a clean record; set one that does not aside, and say why."""
    fault = report.problem
    message = explain(fault.problem, fault.facts) if fault else ""
    if report.works:
        accounts.mark(integration, status=IntegrationStatus.CONNECTED, message=message)
        AiRoute.objects.filter(key=f"integration:{integration.uuid}").unpark()
    elif fault is not None:
        status = STATUS_OF.get(fault.problem, IntegrationStatus.PENDING)
        accounts.mark(integration, status=status, message=message)


def _into_catalogue(provider: Provider, step: Step, *, at: datetime) -> None:
    accuracy, needed = step.facts["accuracy"], step.facts["needed"]
    probe = {
        code: {"passes": share >= needed, "accuracy": share, "evidence": f"measured {at:%Y-%m-%d}"}
        for code, share in accuracy.items()
    }
    AiModel.objects.filter(provider=provider, name=step.facts["model"]).update(
        language_probe=probe, retrieval_threshold=step.facts["threshold"]
    )


def _models_found(integration: Integration, report: Report, *, at: datetime) -> dict[str, str]:
    """Return what to ask of a provider that has no default: the models that just worked."""
    provider = Provider(integration.platform_id)
    found = {}
    for step, kind in (("chat", ModelKind.CHAT), ("embedding", ModelKind.EMBEDDING)):
        worked = next((s.facts["model"] for s in report.steps if s.name == step and not s.problem), "")
        is_open = not integration.settings.get(f"{kind}_model") and not Catalogue(kind, at=at).default(provider)
        if worked and is_open:
            found[f"{kind}_model"] = str(worked)
    return found


def _as_json(report: Report, *, at: datetime) -> dict[str, Any]:
    steps = [step.as_json() for step in report.steps]
    return {"at": at.isoformat(), "works": report.works, "window": report.window, "steps": steps}
