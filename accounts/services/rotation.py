"""Every stored secret moves to the newest encryption key."""

import base64
from dataclasses import dataclass
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import IntegrityError, transaction

from accounts import secrets
from accounts.models import SystemSetting
from accounts.ports import SecretColumn, secret_columns
from accounts.services.system import opened, sealed

MFA_CONTEXT: Final = "mfa_authenticator.data"
MFA_MARK: Final = "otk1:"
BATCH: Final = 200


@dataclass(slots=True)
class Rotation:
    """What one run did: rows by place, and rows whose key is gone."""

    moved: dict[str, int]
    unreadable: list[str]


def rotate_keys() -> Rotation:
    """Re-encrypt every row that an older key made; safe to repeat and to run beside live traffic."""
    done = Rotation(moved={}, unreadable=[])
    for column in secret_columns():
        _rotate_column(column, done)
    _rotate_settings(done)
    _rotate_second_factors(done)
    return done


def sealed_second_factor(text: str) -> str:
    """Return the encrypted form of a second factor's secret, as text."""
    return MFA_MARK + base64.b64encode(secrets.encrypt(text, context=MFA_CONTEXT)).decode()


def opened_second_factor(text: str) -> str:
    """Return a second factor's secret."""
    return secrets.decrypt(base64.b64decode(text.removeprefix(MFA_MARK)), context=MFA_CONTEXT)


def _rotate_column(column: SecretColumn, done: Rotation) -> None:
    model = apps.get_model(column.model)
    place = f"{model._meta.db_table}.{column.column}"
    newest = secrets.key_id()
    rows = model._default_manager.exclude(**{column.column: None}).order_by("pk")
    for row in rows.iterator(chunk_size=BATCH):
        token = getattr(row, column.column)
        if secrets.key_id(token) == newest:
            continue
        context = secrets.context_of(row, column.column)
        try:
            text = secrets.decrypt(token, context=context)
        except secrets.SecretUnreadable:
            done.unreadable.append(f"{place} {row.pk}")
            continue
        changes: dict[str, Any] = {column.column: secrets.encrypt(text, context=context)}
        if column.key_id_column:
            changes[column.key_id_column] = newest
        if column.fingerprint_column:
            changes[column.fingerprint_column] = secrets.fingerprint(text)
        _replace(model._default_manager.filter(pk=row.pk, **{column.column: token}), changes, place, row.pk, done)


def _replace(rows: Any, changes: dict[str, Any], place: str, pk: Any, done: Rotation) -> None:
    """Write only over the token that was read: a newer one wins."""
    try:
        with transaction.atomic():
            done.moved[place] = done.moved.get(place, 0) + rows.update(**changes)
    except IntegrityError:
        done.unreadable.append(f"{place} {pk}: two rows hold the same secret")


def _rotate_settings(done: Rotation) -> None:
    newest = secrets.key_id()
    for row in SystemSetting.objects.filter(is_sensitive=True).exclude(value=None).order_by("pk"):
        if secrets.key_id(base64.b64decode(row.value or "")) == newest:
            continue
        try:
            text = opened(row)
        except secrets.SecretUnreadable:
            done.unreadable.append(f"system_settings.value {row}")
            continue
        rows = SystemSetting.objects.filter(pk=row.pk, value=row.value)
        _replace(rows, {"value": sealed(row, text or "")}, "system_settings.value", row.pk, done)


def _rotate_second_factors(done: Rotation) -> None:
    newest = secrets.key_id()
    for row in Authenticator.objects.order_by("pk").iterator(chunk_size=BATCH):
        old = {name: text for name, text in row.data.items() if isinstance(text, str) and text.startswith(MFA_MARK)}
        if all(secrets.key_id(base64.b64decode(text.removeprefix(MFA_MARK))) == newest for text in old.values()):
            continue
        try:
            fresh = {name: sealed_second_factor(opened_second_factor(text)) for name, text in old.items()}
        except secrets.SecretUnreadable:
            done.unreadable.append(f"{MFA_CONTEXT} {row.pk}")
            continue
        rows = Authenticator.objects.filter(pk=row.pk, data=row.data)
        _replace(rows, {"data": {**row.data, **fresh}}, MFA_CONTEXT, row.pk, done)
