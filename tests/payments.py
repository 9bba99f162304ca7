"""YooKassa and Robokassa on loopback, as they speak, with their books and failures on demand."""

import base64
import hashlib
import hmac
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from config.money import RobokassaShop, YooKassaShop

SHOP = YooKassaShop(shop_id="100500", secret_key="test_secret", networks=("127.0.0.1",))
ROBO = RobokassaShop(
    login="otklik", password_1="one", password_2="two", algorithm="sha256", is_test=False, networks=("127.0.0.1",)
)


@dataclass
class FakeYooKassa:
    """A shop's payments and refunds; ``faults`` are taken one per call: a status, ``lost``, ``garbage`` or ``cut``."""

    url: str = ""
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[Any] = field(default_factory=list)
    refund_status: str = "succeeded"
    asked: list[tuple[str, str]] = field(default_factory=list)
    keys: dict[str, tuple[Any, dict[str, Any]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pay(self, number: str, status: str = "succeeded", **changes: Any) -> dict[str, Any]:
        """Have the person pay, or give up; return the notification."""
        self.payments[number] |= {"status": status, "paid": status == "succeeded", **changes}
        return {"type": "notification", "event": f"payment.{status}", "object": dict(self.payments[number])}

    def cabinet_refund(self, number: str, amount: str) -> dict[str, Any]:
        """Refund in the shop's cabinet, which we did not ask for; return the notification."""
        made = self._refund({"payment_id": number, "amount": {"value": amount, "currency": "RUB"}})
        return {"type": "notification", "event": "refund.succeeded", "object": made}

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        """Answer one call of the API."""
        with self.lock:
            self.asked.append((method, path))
            expected = base64.b64encode(f"{SHOP.shop_id}:{SHOP.secret_key}".encode()).decode()
            if headers.get("Authorization") != f"Basic {expected}":
                return 401, error("invalid_credentials", "Basic auth failed")
            if method == "GET":
                books = self.payments if path.startswith("/payments/") else self.refunds
                found = books.get(path.rpartition("/")[2])
                return (200, found) if found else (404, error("not_found", "no such object"))
            return self._post(path, headers.get("Idempotence-Key", ""), json.loads(body))

    def _post(self, path: str, key: str, wanted: dict[str, Any]) -> tuple[int, Any]:
        if not 0 < len(key) <= 64:
            return 400, error("invalid_request", "Idempotence key is required", "Idempotence-Key")
        if key in self.keys:
            before, made = self.keys[key]
            if before != (path, wanted):
                return 400, error("invalid_request", "Idempotence key duplicated", "Idempotence-Key")
            books = self.payments if path == "/payments" else self.refunds
            return 200, books[made["id"]]
        made = self._payment(wanted) if path == "/payments" else self._refund(wanted)
        if "code" not in made:
            self.keys[key] = ((path, wanted), made)
        return (400 if "code" in made else 200), made

    def _payment(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if Decimal(wanted["amount"]["value"]) <= 0 or wanted["confirmation"]["type"] != "redirect":
            return error("invalid_request", "Bad amount", "amount.value")
        number = str(uuid.uuid4())
        page = f"https://yoomoney.ru/checkout/payments/v2/contract?orderId={number}"
        self.payments[number] = {
            "id": number,
            "status": "pending",
            "paid": False,
            "test": True,
            "amount": wanted["amount"],
            "metadata": wanted["metadata"],
            "confirmation": {"type": "redirect", "confirmation_url": page},
            "receipt": wanted.get("receipt"),
        }
        return self.payments[number]

    def _refund(self, wanted: dict[str, Any]) -> dict[str, Any]:
        payment = self.payments.get(wanted["payment_id"], {})
        mine = [row for row in self.refunds.values() if row["payment_id"] == wanted["payment_id"]]
        gone = sum(Decimal(row["amount"]["value"]) for row in mine if row["status"] != "canceled")
        amount = Decimal(wanted["amount"]["value"])
        if payment.get("status") != "succeeded" or gone + amount > Decimal(payment["amount"]["value"]):
            return error("invalid_request", "Refund is larger than the payment", "amount")
        made = {
            "id": str(uuid.uuid4()),
            "status": self.refund_status,
            "amount": wanted["amount"],
            "payment_id": wanted["payment_id"],
        }
        self.refunds[made["id"]] = made
        return made


@dataclass
class FakeRobokassa:
    """Operations by number: how they stand, and the notifications Robokassa would sign."""

    url: str = ""
    states: dict[str, tuple[str, str, dict[str, str]]] = field(default_factory=dict)
    faults: list[Any] = field(default_factory=list)

    def open(self, link: str) -> dict[str, str]:
        """Open the payment page as a browser does; return what it was asked for, after checking the signature."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
        signed = [asked["MerchantLogin"], asked["OutSum"], asked["InvId"]]
        signed += [asked["Receipt"]] if "Receipt" in asked else []
        ours = [f"{name}={asked[name]}" for name in sorted(asked) if name.startswith("Shp_")]
        expected = hashed(":".join([*signed, ROBO.password_1, *ours]))
        if not hmac.compare_digest(expected, asked["SignatureValue"]):
            raise AssertionError("error 29: the signature is wrong")
        own = {name: value for name, value in asked.items() if name.startswith("Shp_")}
        self.states[asked["InvId"]] = ("5", asked["OutSum"], own)
        return asked

    def pay(self, number: str, **changes: str) -> dict[str, str]:
        """Have the person pay; return the notification for the ResultURL."""
        _, amount, own = self.states[number]
        self.states[number] = ("100", amount, own)
        said = {"OutSum": f"{amount}0000", "InvId": number, "Fee": "0", "EMail": "", **own, **changes}
        return {**said, "SignatureValue": self.signed(said).upper()}

    def signed(self, said: dict[str, str]) -> str:
        """Return the signature of a notification."""
        own = [f"{name}={said[name]}" for name in sorted(said) if name.startswith("Shp_")]
        return hashed(":".join([said["OutSum"], said["InvId"], ROBO.password_2, *own]))

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        """Answer OpStateExt."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        if urlsplit(path).path != "/Merchant/WebService/Service.asmx/OpStateExt":
            return 404, "<no/>"
        number = asked["InvoiceID"]
        if asked["Signature"] != hashed(f"{ROBO.login}:{number}:{ROBO.password_2}"):
            return 200, state_xml("1", "", "", {})
        if number not in self.states:
            return 200, state_xml("3", "", "", {})
        return 200, state_xml("0", *self.states[number])


def hashed(text: str) -> str:
    """Return the hash of the shop's algorithm."""
    return hashlib.new(ROBO.algorithm, text.encode()).hexdigest()


def state_xml(code: str, state: str, amount: str, own: dict[str, str]) -> str:
    """Return OpStateExt's answer."""
    fields = "".join(f"<Field><Name>{name}</Name><Value>{value}</Value></Field>" for name, value in own.items())
    rest = (
        f"<State><Code>{state}</Code></State><Info><OutCurrLabel>BNR</OutCurrLabel><OutSum>{amount}</OutSum></Info>"
        f"<UserField>{fields}</UserField>"
        if state
        else ""
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><OperationStateResponse '
        f'xmlns="http://auth.robokassa.ru/Merchant/WebService/"><Result><Code>{code}</Code></Result>{rest}'
        "</OperationStateResponse>"
    )


def error(code: str, description: str, parameter: str = "") -> dict[str, Any]:
    """Return YooKassa's refusal."""
    return {"type": "error", "id": "e", "code": code, "description": description, "parameter": parameter}


def unquoted(receipt: str) -> Any:
    """Return the receipt inside a link that a browser has decoded once."""
    if quote(unquote(receipt), safe="") != receipt:
        raise AssertionError("the receipt is not quoted twice")
    return json.loads(unquote(receipt))


@contextmanager
def served(fake: Any) -> Iterator[Any]:
    """Serve a provider until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = fake.faults.pop(0) if fake.faults else None
            if isinstance(fault, int):
                self._say(fault, error("internal_server_error", "sorry"))
                return
            status, answer = fake.answer(self.command, self.path, self.headers, body)
            if fault == "lost":  # done, and nobody hears of it
                self._say(500, error("internal_server_error", "sorry"))
            elif fault == "garbage":
                self._say(200, "<html>maintenance</html>")
            elif fault == "cut":
                self.close_connection = True
                self.connection.close()
            else:
                self._say(status, answer)

        def do_POST(self) -> None:
            self.do_GET()

        def _say(self, status: int, answer: Any) -> None:
            raw = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
