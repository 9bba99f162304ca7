"""The ways to a model, in the order in which they are tried."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches

from accounts.enums import IntegrationStatus
from accounts.errors import CredentialsUnreadable
from accounts.models import Integration, Tenant
from accounts.services import credentials_of
from assistants.enums import ModelKind, Provider
from assistants.models import AiModel, AiRoute, AiTokenPool

ADDRESSES: Final = {
    Provider.OPENAI: "https://api.openai.com/v1",
    Provider.DEEPSEEK: "https://api.deepseek.com",
    Provider.OLLAMA: "http://127.0.0.1:11434/v1",
}
OWN_PLATFORMS: Final = (Provider.OPENAI, Provider.DEEPSEEK, Provider.OLLAMA, Provider.COMPATIBLE)
ENVIRONMENT: Final = "environment"
EMBEDDED: Final = "embedded"
EMBEDDED_MODELS: Final = {ModelKind.CHAT: "otklik-quote-1", ModelKind.EMBEDDING: "lexhash-v1"}
OLLAMA_PORT: Final = 11434
CATALOGUE_SECONDS: Final = 5
NO_SECRET: Final = "none"  # noqa: S105 -- no secret: Ollama and the embedded server want some key and read none


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One key at one provider with the model to ask there."""

    key: str  # "pool:12", "integration:<uuid>", "environment", "embedded"
    name: str
    provider: Provider
    base_url: str
    secret: str = field(repr=False)
    model: str
    spec: AiModel | None
    token_id: int | None = None
    integration_id: int | None = None
    is_public_only: bool = False
    is_broken: bool = False  # and rested: one call may try it


class Catalogue:
    """The models of a kind that run on a day."""

    def __init__(self, kind: ModelKind, *, at: datetime) -> None:
        self.kind = kind
        self.models = [model for model in _listed(kind) if model.runs(on=at.date())]

    def get(self, provider: Provider, name: str) -> AiModel | None:
        """Return a provider's model by name."""
        return next((m for m in self.models if m.provider == provider and m.name == name), None)

    def default(self, provider: Provider) -> str:
        """Return the model to ask of a provider when nothing is said, or nothing."""
        return next((m.name for m in self.models if m.provider == provider), "")

    def serves(self, provider: Provider, name: str) -> bool:
        """Say whether a provider has a model: it is listed, or the provider takes any and nobody else lists it."""
        if self.get(provider, name):
            return True
        is_open = provider in (Provider.COMPATIBLE, Provider.OLLAMA)
        return is_open and bool(name) and not any(m.name == name for m in self.models)

    def choose(self, provider: Provider, wanted: str, *, configured: str = "", allowed: Iterable[str] = ()) -> str:
        """Return the model to ask of a provider: the wanted one if it may be, else the configured, else its own."""
        access = list(allowed)
        if access:
            options = [wanted, configured, self.default(provider), *access]
            return next((name for name in options if name in access), "")
        if wanted and self.serves(provider, wanted):
            return wanted
        return configured or self.default(provider)


def _listed(kind: ModelKind) -> list[AiModel]:
    """Return the models of a kind in the order of preference; in this process changes show within seconds."""
    key = f"assistants.models.{kind}"
    cache = caches["process"]
    listed: list[AiModel] | None = cache.get(key)
    if listed is None:
        listed = list(AiModel.objects.of_kind(kind).order_by("-is_default", "price_input", "pk"))
        cache.set(key, listed, CATALOGUE_SECONDS)
    return listed


def routes_for(
    tenant: Tenant, *, kind: ModelKind, wanted: str = "", needs_wanted: bool = False, at: datetime
) -> list[Route]:
    """Return the ways that may be tried now: the tenant's own key, the environment's, the pool's, the embedded server.

    Args:
        tenant: Who asks.
        kind: Chat or embedding.
        wanted: The model asked for; of chat models another may answer.
        needs_wanted: Leave out ways to other models. Vectors of two models cannot be compared.
        at: Now.
    """
    catalogue = Catalogue(kind, at=at)
    outside = [*_own(tenant, catalogue, kind, wanted), *_environment(catalogue, kind, wanted)]
    last = _embedded(catalogue)
    pool = sorted(AiTokenPool.objects.filter(is_active=True, parked_reason=""), key=lambda key: key.turn(at=at))
    named = [route for route in (*outside, *_pool(pool, catalogue, wanted), *last) if route.model]
    if kind == ModelKind.EMBEDDING:
        # the model is decided by what is set up, not by who is well today
        wanted = wanted if needs_wanted else wanted_by(named, wanted)
        named = [route for route in named if route.model == wanted]
    resting = {f"pool:{key.pk}" for key in pool if not key.is_eligible(at=at)}
    health = AiRoute.objects.in_bulk([route.key for route in (*outside, *last)], field_name="key")
    resting |= {key for key, row in health.items() if not row.is_healthy(at=at)}
    broken = {key for key, row in health.items() if row.is_broken}
    return [replace(route, is_broken=route.key in broken) for route in named if route.key not in resting]


def wanted_by(routes: list[Route], wanted: str) -> str:
    """Return the embedding model to use: the wanted one if any way leads there, else that of the first way."""
    if any(route.model == wanted for route in routes):
        return wanted
    return routes[0].model if routes else ""


def _own(tenant: Tenant, catalogue: Catalogue, kind: ModelKind, wanted: str) -> list[Route]:
    usable = (IntegrationStatus.CONNECTED, IntegrationStatus.RATE_LIMITED, IntegrationStatus.ERROR)
    connected = Integration.objects.of(tenant).filter(platform_id__in=OWN_PLATFORMS, status__in=usable).order_by("pk")
    routes = []
    for integration in connected:
        provider = Provider(integration.platform_id)
        try:
            credentials = credentials_of(integration)
        except CredentialsUnreadable:
            continue
        base_url = credentials.get("base_url") or integration.settings.get("base_url") or ADDRESSES.get(provider, "")
        configured = str(integration.settings.get(f"{kind}_model") or "")
        model = catalogue.choose(provider, wanted, configured=configured)
        if base_url and model:
            routes.append(
                Route(
                    key=f"integration:{integration.uuid}",
                    name=str(integration),
                    provider=provider,
                    base_url=str(base_url),
                    secret=credentials.get("api_key") or NO_SECRET,
                    model=model,
                    spec=catalogue.get(provider, model),
                    integration_id=integration.pk,
                    is_public_only=not settings.LLM_ALLOW_PRIVATE_ADDRESSES,
                )
            )
    return routes


def _environment(catalogue: Catalogue, kind: ModelKind, wanted: str) -> list[Route]:
    if not (settings.LLM_BASE_URL or settings.LLM_API_KEY):
        return []
    base_url = settings.LLM_BASE_URL or ADDRESSES[Provider.OPENAI]
    provider = provider_at(base_url)
    configured = settings.LLM_CHAT_MODEL if kind == ModelKind.CHAT else settings.LLM_EMBEDDING_MODEL
    model = catalogue.choose(provider, wanted, configured=configured)
    route = Route(
        key=ENVIRONMENT,
        name=ENVIRONMENT,
        provider=provider,
        base_url=base_url,
        secret=settings.LLM_API_KEY or NO_SECRET,
        model=model,
        spec=catalogue.get(provider, model),
    )
    return [route]


def _pool(keys: Iterable[AiTokenPool], catalogue: Catalogue, wanted: str) -> list[Route]:
    routes = []
    for key in keys:
        provider = Provider(key.provider)
        model = catalogue.choose(provider, wanted, allowed=key.model_access)
        base_url = key.base_url or ADDRESSES.get(provider, "")
        if model and base_url:
            routes.append(
                Route(
                    key=f"pool:{key.pk}",
                    name=key.name,
                    provider=provider,
                    base_url=base_url,
                    secret=key.open_token(),
                    model=model,
                    spec=catalogue.get(provider, model),
                    token_id=key.pk,
                )
            )
    return sorted(routes, key=lambda route: bool(wanted) and route.model != wanted)  # stable: priority within


def _embedded(catalogue: Catalogue) -> list[Route]:
    if not settings.EMBEDDED_MODEL_URL:
        return []
    model = catalogue.default(Provider.EMBEDDED)
    route = Route(
        key=EMBEDDED,
        name=EMBEDDED,
        provider=Provider.EMBEDDED,
        base_url=settings.EMBEDDED_MODEL_URL,
        secret=NO_SECRET,
        model=model,
        spec=catalogue.get(Provider.EMBEDDED, model),
    )
    return [route]


def provider_at(base_url: str) -> Provider:
    """Guess the provider from its address."""
    if settings.EMBEDDED_MODEL_URL and base_url.rstrip("/") == settings.EMBEDDED_MODEL_URL.rstrip("/"):
        return Provider.EMBEDDED
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if host.endswith("openai.com"):
        return Provider.OPENAI
    if host.endswith("deepseek.com"):
        return Provider.DEEPSEEK
    return Provider.OLLAMA if parts.port == OLLAMA_PORT or host == "ollama" else Provider.COMPATIBLE
