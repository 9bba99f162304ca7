"""What allauth tells about people, and what changes of settings set off."""

from typing import Any, cast

from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django.dispatch import receiver

from accounts import services
from accounts.enums import SettingCategory
from accounts.models import User
from accounts.services import maintenance
from accounts.signals import setting_changed


@receiver(social_account_added)
def remember_yandex(sender: Any, sociallogin: SocialLogin, **_: Any) -> None:
    """Note the Yandex ID that a known person connected."""
    services.link_yandex(cast("User", sociallogin.user), yandex_id=sociallogin.account.uid)


@receiver(social_account_removed)
def forget_yandex(sender: Any, socialaccount: SocialAccount, **_: Any) -> None:
    """Note that a person disconnected their Yandex ID."""
    services.link_yandex(socialaccount.user, yandex_id=None)


@receiver(setting_changed)
def tell_of_maintenance(sender: Any, category: str, key: str, **_: Any) -> None:
    """Let open sockets know that the system closes or opens."""
    if (category, key) == (SettingCategory.MAINTENANCE, "mode"):
        maintenance.tell_sockets()
