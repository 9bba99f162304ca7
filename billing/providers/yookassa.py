"""YooKassa's REST API, version 3. What a notification says is never believed: the payment is read again."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

import httpx
import structlog
from django.conf import settings

from billing.enums import PaymentStatus, RefundStatus
from billing.errors import PaymentUnknown
from billing.providers.http import exchange
from billing.providers.protocol import Order, Refused, Return, Returned, Started, Told
from config.errors import ProviderUnavailable

log = structlog.get_logger(__name__)

STATES: Final = {
    "pending": PaymentStatus.PENDING,
    "waiting_for_capture": PaymentStatus.PENDING,
    "succeeded": PaymentStatus.SUCCEEDED,
    "canceled": PaymentStatus.CANCELLED,
}
REFUND_STATES: Final = {
    "pending": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "canceled": RefundStatus.FAILED,
}
LONGEST_DESCRIPTION: Final = 128


class YooKassa:
    """Payments by cards, SBP and wallets on YooKassa's page."""

    gives_back: ClassVar[bool] = True

    def start(self, order: Order) -> Started:
        """Create the payment, or read the one that this key created before."""
        wanted: dict[str, Any] = {
            "amount": _money(order.amount, order.currency),
            "capture": True,
            "confirmation": {"type": "redirect", "return_url": order.return_url},
            "description": order.description[:LONGEST_DESCRIPTION],
            "metadata": {"payment": str(order.key)},
            **_receipt(order),
        }
        made = _ask("POST", "/payments", key=str(order.key), json=wanted)
        page = _part(made, "confirmation").get("confirmation_url", "")  # a payment that is over has none
        return Started(number=_text(made, "id"), page=page if isinstance(page, str) else "")

    def ask(self, number: str) -> Told:
        """Read the payment."""
        found = _ask("GET", f"/payments/{number}")
        if found.get("id") != number or bool(found.get("test")) != settings.YOOKASSA.is_test:
            raise ProviderUnavailable("another payment")
        amount, currency = _amount(found)
        return Told(
            status=_state(found, STATES),
            amount=amount,
            currency=currency,
            key=str(_part(found, "metadata").get("payment", "")),
            reason=str(_part(found, "cancellation_details").get("reason", "")),
        )

    def give_back(self, wanted: Return) -> Returned:
        """Create the refund, or read the one that this key created before."""
        body = {
            "payment_id": wanted.number,
            "amount": _money(wanted.amount, wanted.currency),
            "description": wanted.description[:LONGEST_DESCRIPTION],
            **_receipt(wanted),
        }
        return _returned(_ask("POST", "/refunds", key=str(wanted.key), json=body))

    def ask_return(self, number: str) -> Returned:
        """Read the refund."""
        found = _ask("GET", f"/refunds/{number}")
        if found.get("id") != number:
            raise ProviderUnavailable("another refund")
        return _returned(found)


def _ask(method: str, path: str, *, key: str = "", json: Any = None) -> dict[str, Any]:
    shop = settings.YOOKASSA
    response = exchange(
        method,
        f"{settings.SERVICES['YOOKASSA_API_URL']}{path}",
        auth=httpx.BasicAuth(shop.shop_id, shop.secret_key),
        headers={"Idempotence-Key": key} if key else None,
        json=json,
    )
    try:
        body = response.json()
    except ValueError:
        body = None
    if response.status_code == httpx.codes.NOT_FOUND and method == "GET":
        raise PaymentUnknown
    if response.is_client_error:
        said = body if isinstance(body, dict) else {}
        log.error("yookassa_refused", status=response.status_code, code=said.get("code"), what=said.get("parameter"))
        raise Refused(str(said.get("description") or said.get("code") or response.status_code)[:200])
    if response.status_code != httpx.codes.OK or not isinstance(body, dict):
        raise ProviderUnavailable(f"HTTP {response.status_code} without an object")
    return body


def _returned(found: Mapping[str, Any]) -> Returned:
    amount, currency = _amount(found)
    return Returned(
        number=_text(found, "id"),
        payment=_text(found, "payment_id"),
        status=_state(found, REFUND_STATES),
        amount=amount,
        currency=currency,
        reason=str(_part(found, "cancellation_details").get("reason", "")),
    )


def _receipt(of: Order | Return) -> dict[str, Any]:
    """Return the part that has a fiscal receipt made: an advance, for the money is spent later."""
    rules = settings.RECEIPTS
    if not rules.is_on:
        return {}
    item = {
        "description": of.description[:LONGEST_DESCRIPTION],
        "quantity": "1.00",
        "amount": _money(of.amount, of.currency),
        "vat_code": rules.vat_code,
        "payment_mode": "advance",
        "payment_subject": "payment",
    }
    system = {"tax_system_code": rules.tax_system} if rules.tax_system else {}
    return {"receipt": {"customer": {"email": of.email}, "items": [item], **system}}


def _money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"value": f"{amount:.2f}", "currency": currency}


def _amount(found: Mapping[str, Any]) -> tuple[Decimal, str]:
    money = _part(found, "amount")
    try:
        return Decimal(_text(money, "value")), _text(money, "currency")
    except InvalidOperation as error:
        raise ProviderUnavailable("no amount") from error


def _state(found: Mapping[str, Any], states: Mapping[str, Any]) -> Any:
    try:
        return states[found["status"]]
    except (KeyError, TypeError) as error:
        raise ProviderUnavailable("an unknown state") from error


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}


def _text(found: Mapping[str, Any], name: str) -> str:
    text = found.get(name)
    if not isinstance(text, str) or not text:
        raise ProviderUnavailable(f"no {name}")
    return text
