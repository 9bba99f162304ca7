"""What higher apps contribute to accounts' pages and commands, without being imported by them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from accounts.models import Integration, Tenant, User

MANY: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One number on the home page: ``value`` as people read it, and where it comes from."""

    label: Any
    value: str
    unit: Any = ""
    note: Any = ""
    icon: str = "chart"
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something that waits for a person: how many, in words, and the list where it is decided."""

    count: int
    label: Any
    url: str
    icon: str = "alert"
    note: Any = ""
    tone: str = ""

    @property
    def shown(self) -> str:
        """Return the number, or that it is more than anybody counts."""
        return str(self.count) if self.count < MANY else f"{MANY - 1}+"


class HomeDecisions(Protocol):
    """Returns what waits for a decision in a tenant now; what is zero is left out by the page."""

    def __call__(self, tenant: Tenant, *, at: datetime) -> Iterable[Decision]: ...


class HomeCard(Protocol):
    """Returns the card of a tenant now, or nothing when there is nothing to say."""

    def __call__(self, tenant: Tenant, *, at: datetime) -> Card | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing the search of the whole shop found."""

    title: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A list that the search of the whole shop looks into.

    Args:
        label: What is listed, as “Dialogs”.
        icon: Its icon.
        find: Returns at most so many hits for words of two characters or more.
        all_url: Returns the address of the list with all that these words find.
    """

    label: Any
    icon: str
    find: Callable[[Tenant, str, int], list[Hit]]
    all_url: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePanel:
    """A larger part of the home page: a template and what it is filled with."""

    template: str
    context: Callable[[Tenant, datetime], dict[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretColumn:
    """An encrypted column that ``rotate_keys`` re-encrypts.

    Args:
        model: The label, as ``"accounts.Integration"``.
        column: The BinaryField with the token; its context is ``secrets.context_of(row, column)``.
        key_id_column: The field that names the key, if any.
        fingerprint_column: The field with ``secrets.fingerprint`` of the text, if any.
    """

    model: str
    column: str
    key_id_column: str = ""
    fingerprint_column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one run of a connection's regular work did; ``is_more`` asks for the next one at once."""

    synced: int = 0
    failed: int = 0
    errors: tuple[str, ...] = ()
    is_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """What a higher app does with a platform of the catalogue; without one it cannot be connected.

    Args:
        connect_url: The page where it is connected, if that is not the one made of ``required_credentials``.
        url_of: The page where one connection is looked after, if it has its own.
        greet: Asks the platform whose the credentials are before they are kept, and names the account;
            refuses with a DomainError.
        sync: Starts the work of one connection anew, for people who press “Sync now”.
        poll: The regular work of one connection, called by the scheduler every ``sync_interval_minutes``;
            a ``CredentialsRefused`` stops it, another ``ProviderError`` puts it off.
        facts: What the connection's page says besides, as pairs of a label and a text to copy.
    """

    connect_url: Callable[[], str] | None = None
    url_of: Callable[[Integration], str] | None = None
    greet: Callable[[Mapping[str, str]], str] | None = None
    sync: Callable[[Integration, datetime], None] | None = None
    poll: Callable[[Integration, datetime], Outcome] | None = None
    facts: Callable[[Integration], list[tuple[Any, str]]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStep:
    """One of a new shop's first steps (docs/company.md).

    Args:
        number: Its place, 0 to 5.
        title: What is done, in words.
        lead: Why, in one sentence.
        icon: The sign beside it.
        form: Makes the form of the step from the shop, and what was sent if something was.
        carry_out: Does it with a valid form. Returns what the page shows before one goes on, or nothing.
            Refuses with a DomainError.
        is_done: Whether the shop has it, however it came by it.
        template: Shown below the form, with what ``context`` returns.
    """

    number: int
    title: Any
    lead: Any
    icon: str
    form: Callable[..., Any]
    carry_out: Callable[[Tenant, User, Any, datetime], Mapping[str, Any] | None]
    is_done: Callable[[Tenant], bool]
    template: str = ""
    context: Callable[[Tenant], Mapping[str, Any]] = lambda tenant: {}


@dataclass(slots=True)
class Fulfilled:
    """Who does what for accounts; filled from ``AppConfig.ready`` of the higher apps.

    Args:
        welcome: Gives a new shop its bonus inside the caller's transaction and returns how much that was.
        open_demo: Opens a shop of the person's own with examples in it.
    """

    welcome: "Callable[[Tenant, User, datetime], Any] | None" = None
    open_demo: "Callable[[User, datetime], Tenant] | None" = None


Purge = Callable[[Tenant, datetime, int], int]
fulfilled: Final = Fulfilled()
_files: Final[list[Callable[[Tenant], Iterable[str]]]] = []
_retained: Final[dict[str, Purge]] = {}
_kept_by_law: Final[set[str]] = {"tenant_deletions"}
_steps: Final[dict[int, FirstStep]] = {}
_cards: Final[list[tuple[int, HomeCard]]] = []
_decisions: Final[list[tuple[int, HomeDecisions]]] = []
_panels: Final[list[tuple[int, HomePanel]]] = []
_searched: Final[list[tuple[int, Searched]]] = []
_columns: Final[dict[tuple[str, str], SecretColumn]] = {}
_fulfilments: Final[dict[str, Fulfilment]] = {}


def show_on_home(card: HomeCard, *, order: int = 100) -> None:
    """Put a number on the home page; called from ``AppConfig.ready()``."""
    _cards.append((order, card))


def ask_on_home(decisions: HomeDecisions, *, order: int = 100) -> None:
    """Put what waits for a decision on the home page; called from ``AppConfig.ready()``."""
    _decisions.append((order, decisions))


def show_panel_on_home(panel: HomePanel, *, order: int = 100) -> None:
    """Put a part on the home page; called from ``AppConfig.ready()``."""
    _panels.append((order, panel))


def search_in(searched: Searched, *, order: int = 100) -> None:
    """Let the search of the whole shop look into a list; called from ``AppConfig.ready()``."""
    _searched.append((order, searched))


def searched() -> list[Searched]:
    """Return the lists that are searched, in their order."""
    return [each for _, each in sorted(_searched, key=lambda entry: entry[0])]


def keep_secret(column: SecretColumn) -> None:
    """Name an encrypted column, so that key rotation reaches it; called from ``AppConfig.ready()``."""
    _columns[column.model, column.column] = column


def fulfil(platform_id: str, fulfilment: Fulfilment) -> None:
    """Say what can be done with a platform; called from ``AppConfig.ready()``."""
    _fulfilments[platform_id] = fulfilment


def fulfilment_of(platform_id: str) -> Fulfilment | None:
    """Return what can be done with a platform, or nothing."""
    return _fulfilments.get(platform_id)


def polled_platforms() -> list[str]:
    """Return the platforms that have regular work."""
    return [platform for platform, fulfilment in _fulfilments.items() if fulfilment.poll]


def home_cards(tenant: Tenant, *, at: datetime) -> list[Card]:
    """Return the numbers of one tenant in their order."""
    cards = (card(tenant, at=at) for _, card in sorted(_cards, key=lambda entry: entry[0]))
    return [card for card in cards if card is not None]


def home_decisions(tenant: Tenant, *, at: datetime) -> list[Decision]:
    """Return what waits for a person, in its order; what is zero is left out."""
    found = (each for _, source in sorted(_decisions, key=lambda entry: entry[0]) for each in source(tenant, at=at))
    return [decision for decision in found if decision.count]


def home_panels(tenant: Tenant, *, at: datetime) -> list[tuple[str, dict[str, Any]]]:
    """Return templates with their contexts, in their order."""
    panels = [panel for _, panel in sorted(_panels, key=lambda entry: entry[0])]
    filled = ((panel.template, panel.context(tenant, at)) for panel in panels)
    return [(template, context) for template, context in filled if context is not None]


def hold_files(names: Callable[[Tenant], Iterable[str]]) -> None:
    """Say which files in our storage belong to a shop; called from ``AppConfig.ready()``."""
    _files.append(names)


def files_of(tenant: Tenant) -> Iterator[str]:
    """Return the names of every file of a shop."""
    for names in _files:
        yield from names(tenant)


def keep_by_law(*tables: str) -> None:
    """Name tables that stay when a shop is deleted; called from ``AppConfig.ready()``."""
    _kept_by_law.update(tables)


def kept_by_law() -> frozenset[str]:
    """Return the tables that stay when a shop is deleted."""
    return frozenset(_kept_by_law)


def retain(name: str, purge: Purge) -> None:
    """Say how what is older than a moment is deleted, a batch at a time; called from ``AppConfig.ready()``."""
    _retained[name] = purge


def retained() -> dict[str, Purge]:
    """Return the kinds of things that shops keep for a time of their choice."""
    return dict(_retained)


def take_first_step(step: FirstStep) -> None:
    """Name one of the first steps; called from ``AppConfig.ready()``."""
    _steps[step.number] = step


def first_steps() -> list[FirstStep]:
    """Return the first steps in their order."""
    return [step for _, step in sorted(_steps.items())]


def secret_columns() -> Iterable[SecretColumn]:
    """Return every encrypted column of the system."""
    return tuple(_columns.values())
