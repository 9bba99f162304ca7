"""What higher apps contribute to accounts' pages and commands, without being imported by them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from accounts.models import Tenant


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


class HomeCard(Protocol):
    """Returns the card of a tenant now, or nothing when there is nothing to say."""

    def __call__(self, tenant: Tenant, *, at: datetime) -> Card | None: ...


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


_cards: Final[list[tuple[int, HomeCard]]] = []
_panels: Final[list[tuple[int, HomePanel]]] = []
_columns: Final[dict[tuple[str, str], SecretColumn]] = {}


def show_on_home(card: HomeCard, *, order: int = 100) -> None:
    """Put a number on the home page; called from ``AppConfig.ready()``."""
    _cards.append((order, card))


def show_panel_on_home(panel: HomePanel, *, order: int = 100) -> None:
    """Put a part on the home page; called from ``AppConfig.ready()``."""
    _panels.append((order, panel))


def keep_secret(column: SecretColumn) -> None:
    """Name an encrypted column, so that key rotation reaches it; called from ``AppConfig.ready()``."""
    _columns[column.model, column.column] = column


def home_cards(tenant: Tenant, *, at: datetime) -> list[Card]:
    """Return the numbers of one tenant in their order."""
    cards = (card(tenant, at=at) for _, card in sorted(_cards, key=lambda entry: entry[0]))
    return [card for card in cards if card is not None]


def home_panels(tenant: Tenant, *, at: datetime) -> list[tuple[str, dict[str, Any]]]:
    """Return templates with their contexts, in their order."""
    panels = [panel for _, panel in sorted(_panels, key=lambda entry: entry[0])]
    filled = ((panel.template, panel.context(tenant, at)) for panel in panels)
    return [(template, context) for template, context in filled if context is not None]


def secret_columns() -> Iterable[SecretColumn]:
    """Return every encrypted column of the system."""
    return tuple(_columns.values())
