"""People come, prove who they are, and are let in or shut out by our staff."""

import re
import unicodedata
from datetime import datetime
from functools import partial
from secrets import token_hex
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts import tasks
from accounts.enums import FunnelStage, Role, SettingCategory, UserStatus
from accounts.errors import EmailTaken
from accounts.models import Membership, Tenant, User
from accounts.services.audit import record
from accounts.services.funnel import note
from accounts.services.system import setting
from accounts.signals import tenant_created, user_approved, user_blocked

LATIN: Final = str.maketrans(
    {
        **dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziiklmnoprstufye", strict=True)),
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ъ": "",
        "ь": "",
        "ю": "yu",
        "я": "ya",
    }
)


def normalised_email(email: str) -> str:
    """Return an e-mail as it is stored: NFKC, lower case."""
    return unicodedata.normalize("NFKC", email).strip().lower()


@transaction.atomic
def register(person: User, *, password: str | None, shop: str, at: datetime) -> User:
    """Save a new person; one who was not invited anywhere gets a shop of their own.

    Args:
        person: Not yet saved, with an e-mail and perhaps a name and a language.
        password: None for those who come with Yandex ID.
        shop: The name of the shop to open; empty for none.
        at: Now.

    Raises:
        EmailTaken: the e-mail is registered, in whatever case.
    """
    person.email = normalised_email(person.email)
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise EmailTaken from error
    if shop:
        open_tenant(person, name=shop, at=at)
    return person


@transaction.atomic
def open_tenant(owner: User, *, name: str, at: datetime) -> Tenant:
    """Open a shop whose owner is its first administrator."""
    tenant = _save_with_free_slug(
        Tenant(name=name, owner=owner, language_code=owner.language_code, timezone=owner.timezone)
    )
    Membership.objects.create(tenant=tenant, user=owner, role=Role.ADMIN, created_at=at)
    transaction.on_commit(partial(tenant_created.send, sender=Tenant, tenant=tenant))
    return tenant


@transaction.atomic
def confirm_email(user: User, *, at: datetime) -> None:
    """Note that the e-mail is the person's own; without the approval gate they are let in."""
    if not User.objects.filter(pk=user.pk, is_email_confirmed=False).update(is_email_confirmed=True):
        return
    user.is_email_confirmed = True
    note(FunnelStage.CONFIRMED, user=user, at=at)
    if not setting(SettingCategory.GENERAL, "require_approval"):
        approve(user, by=None, at=at)


@transaction.atomic
def approve(user: User, *, by: User | None, at: datetime, invited: bool = False) -> bool:
    """Let a person in, once; tell them and whoever listens.

    Returns:
        Whether this call was the one that let them in.
    """
    if not User.objects.filter(pk=user.pk, is_approved=False).update(is_approved=True, approved_at=at):
        return False
    user.is_approved, user.approved_at = True, at
    note(FunnelStage.APPROVED, user=user, at=at)
    transaction.on_commit(partial(user_approved.send, sender=User, user=user, invited=invited))
    if by is not None:
        record("person.approved", tenant=None, by=by, target=user)
        transaction.on_commit(partial(tasks.send_decision.delay, user_id=user.pk), robust=True)
    return True


@transaction.atomic
def block(user: User, *, by: User | None, at: datetime) -> bool:
    """Shut a person out: sessions, tokens and the keys of their shops stop working."""
    if not User.objects.filter(pk=user.pk, status=UserStatus.ACTIVE).update(status=UserStatus.BLOCKED):
        return False
    user.status = UserStatus.BLOCKED
    record("person.blocked", tenant=None, by=by, target=user)
    transaction.on_commit(partial(user_blocked.send, sender=User, user=user))
    transaction.on_commit(partial(tasks.send_decision.delay, user_id=user.pk), robust=True)
    return True


@transaction.atomic
def unblock(user: User, *, by: User | None = None) -> bool:
    """Let a blocked person in again."""
    if not User.objects.filter(pk=user.pk, status=UserStatus.BLOCKED).update(status=UserStatus.ACTIVE):
        return False
    user.status = UserStatus.ACTIVE
    record("person.unblocked", tenant=None, by=by, target=user)
    return True


def link_yandex(user: User, *, yandex_id: str | None) -> None:
    """Remember with which Yandex ID a person logs in, or (None) that they no longer do."""
    User.objects.filter(pk=user.pk).update(yandex_id=yandex_id)
    user.yandex_id = yandex_id


def _save_with_free_slug(tenant: Tenant) -> Tenant:
    latin = re.sub(r"-+", "-", slugify(tenant.name.lower().translate(LATIN)))[:48].strip("-") or "shop"
    tenant.slug = latin
    for _ in range(5):
        try:
            with transaction.atomic():
                tenant.save()
        except IntegrityError:
            tenant.slug = f"{latin}-{token_hex(3)}"
        else:
            return tenant
    raise RuntimeError("No free slug in five tries.")
