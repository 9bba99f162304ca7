"""How money comes in: payment providers, receipts and limits, from the environment."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from config.env import env

YOOKASSA_NETWORKS: Final = (
    "185.71.76.0/27",
    "185.71.77.0/27",
    "77.75.153.0/25",
    "77.75.154.128/25",
    "77.75.156.11",
    "77.75.156.35",
    "2a02:5180::/32",
)
ROBOKASSA_NETWORKS: Final = ("185.59.216.65", "185.59.217.65")


@dataclass(frozen=True, slots=True, kw_only=True)
class YooKassaShop:
    """Our shop at YooKassa; without a number and a key it is not connected.

    Args:
        shop_id: Its number.
        secret_key: Of its API; a test shop's begins with ``test_``.
        networks: Where notifications come from; none means from anywhere.
    """

    shop_id: str
    secret_key: str
    networks: tuple[str, ...]

    @property
    def is_connected(self) -> bool:
        """Say whether payments can be taken."""
        return bool(self.shop_id and self.secret_key)

    @property
    def is_test(self) -> bool:
        """Say whether its payments move no money."""
        return self.secret_key.startswith("test_")


@dataclass(frozen=True, slots=True, kw_only=True)
class RobokassaShop:
    """Our shop at Robokassa; in test mode the passwords are the test ones.

    Args:
        login: The shop's identifier.
        password_1: Signs what we send.
        password_2: Signs what Robokassa sends.
        algorithm: As chosen in the shop's technical settings.
        is_test: Whether payments move no money.
        networks: Where notifications come from; none means from anywhere.
    """

    login: str
    password_1: str
    password_2: str
    algorithm: str
    is_test: bool
    networks: tuple[str, ...]

    @property
    def is_connected(self) -> bool:
        """Say whether payments can be taken."""
        return bool(self.login and self.password_1 and self.password_2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """What a fiscal receipt (54-FZ) says; off when the shop's own till makes them.

    Args:
        is_on: Whether providers are told to make receipts.
        vat_code: YooKassa's number of the VAT rate (1: without VAT).
        tax_system: YooKassa's number of the tax system, 1 to 6; 0 leaves it to the shop's settings.
        robokassa_tax: Robokassa's word for the VAT rate.
        robokassa_system: Robokassa's word for the tax system; empty leaves it to the shop's settings.
    """

    is_on: bool
    vat_code: int
    tax_system: int
    robokassa_tax: str
    robokassa_system: str


YOOKASSA: Final = YooKassaShop(
    shop_id=env.str("YOOKASSA_SHOP_ID", default=""),
    secret_key=env.str("YOOKASSA_SECRET_KEY", default=""),
    networks=tuple(env.list("YOOKASSA_NETWORKS", default=list(YOOKASSA_NETWORKS))),
)
ROBOKASSA: Final = RobokassaShop(
    login=env.str("ROBOKASSA_LOGIN", default=""),
    password_1=env.str("ROBOKASSA_PASSWORD_1", default=""),
    password_2=env.str("ROBOKASSA_PASSWORD_2", default=""),
    algorithm=env.str("ROBOKASSA_ALGORITHM", default="md5").lower().replace("-", ""),
    is_test=env.bool("ROBOKASSA_TEST", default=False),
    networks=tuple(env.list("ROBOKASSA_NETWORKS", default=list(ROBOKASSA_NETWORKS))),
)
RECEIPTS: Final = Receipts(
    is_on=env.bool("RECEIPTS", default=False),
    vat_code=env.int("RECEIPT_VAT_CODE", default=1),
    tax_system=env.int("RECEIPT_TAX_SYSTEM", default=0),
    robokassa_tax=env.str("ROBOKASSA_RECEIPT_TAX", default="none"),
    robokassa_system=env.str("ROBOKASSA_RECEIPT_SYSTEM", default=""),
)
BALANCE_LOW: Final = Decimal(env.str("BALANCE_LOW", default="100"))  # roubles below which the owner is told
RUNWAY_LOW_DAYS: Final = env.int("RUNWAY_LOW_DAYS", default=3)  # days of usual spending below which the owner is told
PAYMENT_PAGES: Final = env.list("PAYMENT_PAGES", default=["https://yoomoney.ru"])  # where a top-up form may lead
