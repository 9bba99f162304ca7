"""What payment providers tell us unasked. Nobody is believed: YooKassa is asked again, Robokassa has to sign."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog

from billing.enums import Provider
from billing.errors import PaymentUnknown, ProviderSilent
from billing.models import Payment
from billing.models.payments import PaymentQuerySet
from billing.providers import PROVIDERS, ROBOKASSA, Refused
from billing.services.payments import settle, take_word
from billing.services.refunds import hear_of_refund
from config.errors import ProviderError

log = structlog.get_logger(__name__)

NUMBER: Final = re.compile(r"[0-9A-Za-z-]{8,64}")


def is_from(address: str, networks: Iterable[str]) -> bool:
    """Say whether an address lies in one of ``networks``; no networks mean everywhere."""
    known = [ipaddress.ip_network(network, strict=False) for network in networks]
    try:
        caller = ipaddress.ip_address(address.strip())
    except ValueError:
        return not known
    mapped = caller.ipv4_mapped if isinstance(caller, ipaddress.IPv6Address) else None
    return not known or any((mapped or caller) in network for network in known)


def hear_yookassa(said: Mapping[str, Any], *, at: datetime) -> None:
    """Read again what a notification of YooKassa is about; what it says itself changes nothing.

    Raises:
        ProviderSilent: YooKassa could not be asked; it will repeat the notification.
        PaymentMismatch: YooKassa speaks of another sum.
    """
    event, about = said.get("event"), said.get("object")
    if not isinstance(event, str) or not isinstance(about, dict):
        return
    if event.startswith("refund."):
        _hear_refund(about.get("id"), at=at)
    elif event.startswith("payment."):
        payment = _payment(about)
        if payment is None:
            log.info("payment_foreign", provider=Provider.YOOKASSA)
        else:
            settle(payment, at=at)


def hear_robokassa(said: Mapping[str, str], *, at: datetime) -> str | None:
    """Carry out a notification that Robokassa signed; return the number to confirm, or nothing for a forged one.

    Raises:
        PaymentUnknown: no payment of ours has this number.
        PaymentMismatch: it speaks of another sum or payment.
    """
    heard = ROBOKASSA.heard(said)
    if heard is None:
        log.warning("payment_forged", provider=Provider.ROBOKASSA)
        return None
    number, told = heard
    payment = _of(Provider.ROBOKASSA).filter(provider_payment_id=number).first()
    if payment is None:
        raise PaymentUnknown
    take_word(payment, told, at=at)
    return number


def _hear_refund(number: Any, *, at: datetime) -> None:
    if not isinstance(number, str) or not NUMBER.fullmatch(number):
        return
    try:
        told = PROVIDERS[Provider.YOOKASSA].ask_return(number)
    except PaymentUnknown:
        log.warning("refund_forged", provider=Provider.YOOKASSA)
        return
    except Refused as refusal:
        log.warning("refund_not_read", detail=refusal.detail)
        return
    except ProviderError as error:
        raise ProviderSilent from error
    payment = _of(Provider.YOOKASSA).filter(provider_payment_id=told.payment).first()
    if payment is None or told.currency != payment.currency:
        log.info("refund_foreign", provider=Provider.YOOKASSA)
        return
    settle(payment, at=at)  # the news of its success may be behind that of its refund
    hear_of_refund(payment, told, at=at)


def _payment(about: Mapping[str, Any]) -> Payment | None:
    """Return the payment by its number there, or, when that never reached us, by our own key."""
    number, note = about.get("id"), about.get("metadata")
    if not isinstance(number, str):
        return None
    found = _of(Provider.YOOKASSA).filter(provider_payment_id=number).first()
    try:
        key = UUID(str(note.get("payment", ""))) if isinstance(note, dict) else None
    except ValueError:
        key = None
    if found or key is None:
        return found
    return _of(Provider.YOOKASSA).filter(uuid=key, provider_payment_id=None).first()


def _of(provider: Provider) -> PaymentQuerySet:
    return Payment.objects.filter(provider=provider).select_related("tenant")
