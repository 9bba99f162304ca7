"""Sellers connect their cabinets, give them new tokens, pause them; tokens are looked after."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.enums import EventType, IntegrationStatus
from accounts.models import Integration, Platform, Tenant
from accounts.services import connections, events
from marketplace import tasks
from marketplace.enums import StoreStatus
from marketplace.errors import CabinetTaken, MixedCabinets, NothingPasted, TokenExpired
from marketplace.models import Store, StoreSync
from marketplace.services import syncing
from marketplace.wildberries import Category, NoToken, Token, Wildberries, WildberriesError, client_for, decode

PLATFORM: Final = "wildberries"
MOST_TOKENS: Final = 5
OWN: Final = {
    Category.CONTENT: "content_api_token",
    Category.PRICES: "prices_api_token",
    Category.FEEDBACKS: "feedbacks_api_token",
    Category.CHAT: "chat_api_token",
}
WARNED_DAYS: Final = (30, 14, 7, 1)
CHECKS: Final[dict[Category, Callable[[Wildberries], Any]]] = {
    Category.FEEDBACKS: lambda client: client.news(),
    Category.CONTENT: lambda client: client.cards(limit=1),
    Category.PRICES: lambda client: client.prices(limit=1),
    Category.CHAT: lambda client: client.chats(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Whether one permission works."""

    category: int
    is_good: bool
    words: str


def read_tokens(text: str, *, at: datetime) -> list[Token]:
    """Decode what was pasted: one token a line, or several with spaces between them.

    Raises:
        NothingPasted, Unreadable: there is no token in it.
        MixedCabinets: the tokens belong to different cabinets.
        TokenExpired: one of them is over.
    """
    tokens = [decode(word) for word in dict.fromkeys(text.split()[:MOST_TOKENS]) if word != "Bearer"]
    if not tokens:
        raise NothingPasted
    if len({token.sid for token in tokens}) > 1:
        raise MixedCabinets
    if expired := next((token for token in tokens if token.is_expired(at=at)), None):
        raise TokenExpired(day=f"{expired.expires_at:%d.%m.%Y}")
    return tokens


def connect_store(tenant: Tenant, *, tokens: Sequence[Token], name: str = "", at: datetime) -> Store:
    """Connect a cabinet, or give a connected one new tokens; its data begin to arrive at once.

    A token's own words can be forged, so each is shown to Wildberries first: otherwise anybody
    could occupy somebody else's cabinet.

    Raises:
        CabinetTaken: another shop here has this cabinet.
        WildberriesError: a token is not accepted.
    """
    prove(tokens)
    return keep_store(tenant, tokens=tokens, name=name, at=at)


def prove(tokens: Iterable[Token]) -> None:
    """Show each token to Wildberries with the cheapest call it may make.

    Raises:
        WildberriesError: it is not accepted.
    """
    for token in tokens:
        with Wildberries([token]) as client:
            check = next((call for category, call in CHECKS.items() if token.covers(category)), None)
            if check:
                check(client)
            else:
                client.seller_info(token=token)


def keep_store(tenant: Tenant, *, tokens: Sequence[Token], name: str = "", at: datetime) -> Store:
    """Write down a cabinet whose tokens are known to be good.

    Raises:
        CabinetTaken: another shop here has this cabinet.
    """
    sid = tokens[0].sid
    try:
        with transaction.atomic():
            store = Store.objects.of(tenant).filter(sid=sid).first()
            if store is None:
                store = Store.objects.create(tenant=tenant, sid=sid, name=name or f"Wildberries {sid[:8]}")
            elif name and name != store.name:
                Store.objects.filter(pk=store.pk).update(name=name)
            _give_tokens(store, tokens)
            syncing.ensure_syncs(store, at=at)
            syncing.sync_now(store, at=at)
    except IntegrityError as error:
        if "uq_stores_sid" in str(error):
            raise CabinetTaken from error
        raise
    store.refresh_from_db()
    return store


def attach_cabinet(store: Store, *, tokens: Sequence[Token], at: datetime) -> None:
    """Give a store that was never connected its cabinet.

    Raises:
        CabinetTaken: another shop here has this cabinet.
    """
    if Store.objects.filter(sid=tokens[0].sid).exclude(pk=store.pk).exists():
        raise CabinetTaken
    Store.objects.filter(pk=store.pk).update(sid=tokens[0].sid)
    _give_tokens(store, tokens)
    syncing.ensure_syncs(store, at=at)


def _give_tokens(store: Store, tokens: Sequence[Token]) -> None:
    """Keep tokens encrypted, the broadest as the main one, and beside them what they say of themselves."""
    best = sorted(tokens, key=lambda token: (len(token.categories), token.expires_at), reverse=True)
    credentials = {"api_token": best[0].text}
    for category, column in OWN.items():
        fitting = [token for token in best if token.covers(category)]
        if fitting and fitting[0] is not best[0]:
            credentials[column] = fitting[0].text
    integration = connections.connect(
        store.tenant,
        platform=Platform.objects.get(pk=PLATFORM),
        credentials=credentials,
        external_account=tokens[0].sid,
        name=store.name,
    )
    kept = set(credentials.values())
    facts = [facts_of(token) for token in best if token.text in kept]
    Integration.objects.filter(pk=integration.pk).update(
        metadata={**integration.metadata, "tokens": facts, "trials": []}
    )
    Store.objects.filter(pk=store.pk).update(integration=integration)
    StoreSync.objects.filter(store=store).update(failures=0)


def facts_of(token: Token) -> dict[str, Any]:
    """Return what may be shown and kept of a token in clear."""
    return {
        "id": token.token_id,
        "last4": token.text[-4:],
        "type": token.type.value,
        "categories": sorted(token.categories),
        "is_read_only": token.is_read_only,
        "expires_at": token.expires_at.isoformat(),
    }


def try_permissions(store: Store, *, at: datetime) -> list[Trial]:
    """Ask Wildberries once per permission, changing nothing there; remember what came of it.

    Raises:
        NoToken: the store is not connected.
    """
    trials = []
    with client_for(store) as client:
        for category, call in CHECKS.items():
            try:
                client.token_for(category)
                call(client)
            except WildberriesError as error:
                trials.append(Trial(category=category, is_good=False, words=str(error)))
            else:
                trials.append(Trial(category=category, is_good=True, words=""))
    integration = _integration_of(store)
    found = {"trials": [asdict(trial) for trial in trials], "tried_at": at.isoformat()}
    Integration.objects.filter(pk=integration.pk).update(metadata={**integration.metadata, **found})
    if all(trial.is_good for trial in trials) and integration.status == IntegrationStatus.REAUTH_REQUIRED:
        connections.mark(integration, status=IntegrationStatus.CONNECTED)
    return trials


def pause(store: Store) -> None:
    """Leave a store alone: nothing is synced until it is resumed."""
    Store.objects.filter(pk=store.pk).update(status=StoreStatus.INACTIVE)


def resume(store: Store, *, at: datetime) -> None:
    """Work with a store again."""
    with transaction.atomic():
        Store.objects.filter(pk=store.pk).update(status=StoreStatus.ACTIVE)
        syncing.sync_now(store, at=at)


@transaction.atomic
def disconnect_store(store: Store) -> None:
    """Erase a store's tokens and set its cabinet free; what was synced stays."""
    if store.integration:
        connections.disconnect(store.integration)
    Store.objects.filter(pk=store.pk).update(sid=None, status=StoreStatus.INACTIVE)


def expiries(store: Store) -> list[tuple[dict[str, Any], datetime]]:
    """Return what is known of a store's tokens, with the day each expires, soonest first."""
    facts = store.integration.metadata.get("tokens", []) if store.integration else []
    return sorted(((token, datetime.fromisoformat(token["expires_at"])) for token in facts), key=lambda pair: pair[1])


def warn_of_expiring(*, at: datetime) -> int:
    """Tell owners of tokens that expire in 30, 14, 7 days or one; each day once. Return how many were told."""
    told = 0
    connected = Store.objects.filter(status=StoreStatus.ACTIVE, integration__isnull=False)
    for store in connected.exclude(integration__status=IntegrationStatus.DISCONNECTED).select_related("integration"):
        for token, expires_at in expiries(store):
            days = next((days for days in reversed(WARNED_DAYS) if (expires_at - at).days < days), None)
            if days is not None and _warn_once(store, token["id"], days, expires_at=expires_at, at=at):
                told += 1
    return told


def _integration_of(store: Store) -> Integration:
    if store.integration is None:
        raise NoToken
    return store.integration


@transaction.atomic
def _warn_once(store: Store, token_id: str, days: int, *, expires_at: datetime, at: datetime) -> bool:
    integration = Integration.objects.select_for_update().get(pk=_integration_of(store).pk)
    warned = integration.metadata.get("warned", {})
    if warned.get(token_id, max(WARNED_DAYS) + 1) <= days:
        return False
    integration.metadata = {**integration.metadata, "warned": {**warned, token_id: days}}
    integration.save(update_fields=["metadata"])
    facts = {"platform": PLATFORM, "store": str(store.uuid), "name": store.name, "expires_at": expires_at.isoformat()}
    events.record(store.tenant_id, EventType.TOKEN_EXPIRING, at=at, days=days, **facts)
    transaction.on_commit(partial(tasks.send_token_warning.delay, store_id=store.pk), robust=True)
    return True


def connected_store(integration: Integration) -> Store | None:
    """Return the store behind a connection."""
    return Store.objects.filter(integration=integration).first()
