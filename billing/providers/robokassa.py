"""Robokassa: a signed link to its page, and signed notifications from it.

There is no call that makes a payment known, so nothing can be lost on the way
there; refunds are made in Robokassa's cabinet.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode, urljoin
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.conf import settings

from billing.enums import Currency, PaymentStatus
from billing.providers.http import exchange
from billing.providers.protocol import Order, Refused, Return, Returned, Started, Told
from config.errors import ProviderUnavailable

STATE: Final = "WebService/Service.asmx/OpStateExt"
SPACE: Final = "{http://auth.robokassa.ru/Merchant/WebService/}"
ALGORITHMS: Final = frozenset({"md5", "ripemd160", "sha1", "sha256", "sha384", "sha512"})
OURS: Final = "Shp_payment"
DONE, CANCELLED, RETURNED = "100", "10", "60"
FOUND, NOT_FOUND = "0", "3"
LONGEST_DESCRIPTION: Final = 100
LONGEST_ITEM: Final = 128


class Robokassa:
    """Payments on Robokassa's page."""

    gives_back: ClassVar[bool] = False

    def start(self, order: Order) -> Started:
        """Return the signed link; the payment's own number is its number there."""
        shop, number, ours = settings.ROBOKASSA, str(order.number), {OURS: str(order.key)}
        amount, receipt = f"{order.amount:.2f}", _receipt(order)
        signed = [shop.login, amount, number, *receipt, shop.password_1]
        link = {
            "MerchantLogin": shop.login,
            "OutSum": amount,
            "InvId": number,
            "Description": order.description[:LONGEST_DESCRIPTION],
            "Email": order.email,
            "Culture": "ru",
            "Encoding": "utf-8",
            **({"Receipt": receipt[0]} if receipt else {}),
            **({"IsTest": "1"} if shop.is_test else {}),
            **ours,
            "SignatureValue": signature(signed, ours),
        }
        return Started(number=number, page=f"{settings.SERVICES['ROBOKASSA_URL']}?{urlencode(link)}")

    def ask(self, number: str) -> Told:
        """Ask for the operation's state; before the person opens the page there is none, and tests never have one."""
        shop = settings.ROBOKASSA
        asked = {"MerchantLogin": shop.login, "InvoiceID": number}
        signed = signature([*asked.values(), shop.password_2])
        address = urljoin(settings.SERVICES["ROBOKASSA_URL"], STATE)
        response = exchange("GET", address, params={**asked, "Signature": signed})
        try:
            answer = fromstring(response.content)
        except (ParseError, DefusedXmlException) as error:
            raise ProviderUnavailable("no XML") from error
        code = answer.findtext(f"{SPACE}Result/{SPACE}Code")
        if code not in {FOUND, NOT_FOUND}:
            raise ProviderUnavailable(f"code {code}")
        return _told(answer) if code == FOUND else Told(status=PaymentStatus.PENDING, amount=Decimal(0), currency="")

    def give_back(self, wanted: Return) -> Returned:
        """Refuse: this is done in Robokassa's cabinet."""
        raise Refused("by hand")

    def ask_return(self, number: str) -> Returned:
        """Refuse: nothing is known of refunds here."""
        raise Refused("by hand")

    def heard(self, said: Mapping[str, str]) -> tuple[str, Told] | None:
        """Return the payment's number and state from a notification, or nothing when it is not Robokassa's own."""
        ours = {name: value for name, value in said.items() if name.lower().startswith("shp_")}
        amount, number = said.get("OutSum", ""), said.get("InvId", "")
        expected = signature([amount, number, settings.ROBOKASSA.password_2], ours)
        if not hmac.compare_digest(expected.encode(), said.get("SignatureValue", "").lower().encode()):
            return None
        return number, Told(
            status=PaymentStatus.SUCCEEDED, amount=_sum(amount), currency=Currency.RUB, key=ours.get(OURS, "")
        )


def signature(parts: Iterable[str], ours: Mapping[str, str] | None = None) -> str:
    """Return the hash of ``parts`` and of our own parameters in alphabetical order, in lower case."""
    algorithm = settings.ROBOKASSA.algorithm
    if algorithm not in ALGORITHMS:
        raise Refused(f"algorithm {algorithm}")
    own = [f"{name}={value}" for name, value in sorted((ours or {}).items(), key=lambda pair: pair[0].lower())]
    return hashlib.new(algorithm, ":".join([*parts, *own]).encode()).hexdigest()


def _told(answer: Any) -> Told:
    state = answer.findtext(f"{SPACE}State/{SPACE}Code")
    fields = {field.findtext(f"{SPACE}Name"): field.findtext(f"{SPACE}Value") for field in answer.iter(f"{SPACE}Field")}
    moves = {DONE: PaymentStatus.SUCCEEDED, CANCELLED: PaymentStatus.CANCELLED, RETURNED: PaymentStatus.CANCELLED}
    return Told(
        status=moves.get(state, PaymentStatus.PENDING),
        amount=_sum(answer.findtext(f"{SPACE}Info/{SPACE}OutSum") or "0"),
        currency=Currency.RUB,
        key=fields.get(OURS) or "",
        reason=f"state {state}",
    )


def _sum(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ProviderUnavailable("no amount") from error


def _receipt(order: Order) -> list[str]:
    """Return the fiscal receipt as it is signed, or nothing; inside the link it is quoted once more."""
    rules = settings.RECEIPTS
    if not rules.is_on:
        return []
    item = {
        "name": order.description[:LONGEST_ITEM],
        "quantity": 1,
        "sum": float(f"{order.amount:.2f}"),
        "payment_method": "advance",
        "payment_object": "payment",
        "tax": rules.robokassa_tax,
    }
    system = {"sno": rules.robokassa_system} if rules.robokassa_system else {}
    return [quote(json.dumps({**system, "items": [item]}, ensure_ascii=False, separators=(",", ":")), safe="")]
