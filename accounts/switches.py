"""Every setting of the system that our staff may change: its type, default, bounds and meaning."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.enums import MaintenanceMode, SettingCategory, SettingType


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One setting; ``default`` may be a function when it comes from the environment."""

    category: SettingCategory
    key: str
    title: Any
    help: Any = ""
    data_type: SettingType = SettingType.STRING
    default: Any = ""
    choices: tuple[tuple[str, Any], ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    is_sensitive: bool = False

    @property
    def name(self) -> str:
        """Return the name in forms and history."""
        return f"{self.category}.{self.key}"

    def default_value(self) -> Any:
        """Return what holds while nobody set anything."""
        return self.default() if isinstance(self.default, Callable) else self.default  # type: ignore[arg-type]  # a protocol with one method


def _whole(
    category: SettingCategory, key: str, title: Any, *, default: int, within: tuple[int, int], text: Any = ""
) -> Switch:
    least, most = within
    return Switch(
        category=category,
        key=key,
        title=title,
        help=text,
        data_type=SettingType.INTEGER,
        default=default,
        minimum=Decimal(least),
        maximum=Decimal(most),
    )


def _yes_no(category: SettingCategory, key: str, title: Any, default: Any, text: Any) -> Switch:
    return Switch(category=category, key=key, title=title, help=text, data_type=SettingType.BOOLEAN, default=default)


GENERAL, EMAIL = SettingCategory.GENERAL, SettingCategory.EMAIL
SECURITY, LIMITS, MAINTENANCE = SettingCategory.SECURITY, SettingCategory.LIMITS, SettingCategory.MAINTENANCE

ALL: Final = (
    _yes_no(GENERAL, "registration_open", _("New sellers may sign up"), True, _("Invited colleagues always may.")),  # noqa: FBT003 -- the default
    _yes_no(
        GENERAL,
        "require_approval",
        _("New sellers wait for our approval"),
        lambda: settings.REQUIRE_APPROVAL,
        _("Without it a confirmed e-mail is enough."),
    ),
    Switch(
        category=GENERAL,
        key="support_email",
        title=_("Address of our support"),
        help=_("People see it on the maintenance page and answer to it from our letters. Empty: none is shown."),
    ),
    Switch(
        category=GENERAL,
        key="welcome_bonus",
        title=_("Welcome bonus, roubles"),
        help=_("A new seller gets it once, with the first step in a new shop. Zero: no bonus."),
        data_type=SettingType.DECIMAL,
        default=Decimal(300),
        minimum=Decimal(0),
        maximum=Decimal(100_000),
    ),
    Switch(
        category=EMAIL,
        key="sender_name",
        title=_("Name of the sender of our letters"),
        help=_("The address itself is set where the system runs."),
    ),
    _whole(
        SECURITY,
        "staff_second_factor_days",
        _("Days our staff may work without a second step"),
        default=7,
        within=(0, 90),
        text=_("Then the administration asks for one first."),
    ),
    _whole(SECURITY, "invitation_days", _("Days an invitation is valid"), default=7, within=(1, 60)),
    _whole(
        LIMITS,
        "team_members",
        _("People in one team"),
        default=50,
        within=(1, 10_000),
        text=_("Open invitations count."),
    ),
    _whole(LIMITS, "api_keys", _("Live API keys of one shop"), default=50, within=(1, 10_000)),
    _whole(LIMITS, "export_days", _("Days an export of data can be downloaded"), default=7, within=(1, 60)),
    _whole(
        LIMITS, "deletion_days", _("Days in which the deletion of a shop can be taken back"), default=14, within=(1, 90)
    ),
    _whole(LIMITS, "funnel_days", _("Days that first steps of visitors are kept"), default=180, within=(7, 1000)),
    Switch(
        category=MAINTENANCE,
        key="mode",
        title=_("Maintenance mode"),
        help=_("Our staff still gets in. Workers finish what they do and take nothing new."),
        data_type=SettingType.CHOICE,
        default=MaintenanceMode.OFF,
        choices=tuple(MaintenanceMode.choices),
    ),
    _whole(
        MAINTENANCE,
        "minutes",
        _("It takes about, minutes"),
        default=15,
        within=(1, 1440),
        text=_("Programs are asked to come back then."),
    ),
    Switch(category=MAINTENANCE, key="message_ru", title=_("What people read, in Russian"), help=_("May stay empty.")),
    Switch(category=MAINTENANCE, key="message_en", title=_("What people read, in English"), help=_("May stay empty.")),
)
BY_NAME: Final = {(each.category, each.key): each for each in ALL}


def known(category: str, key: str) -> Switch | None:
    """Return what is known about a setting, or nothing."""
    return BY_NAME.get((SettingCategory(category), key))
