"""Settings of the whole system, with types, and the first steps people take."""

import base64
import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Final

from django.core.cache import cache, caches
from django.db import transaction

from accounts import secrets
from accounts.enums import SettingCategory, SettingType
from accounts.errors import SettingInvalid
from accounts.models import AuditEntry, StartPageEvent, SystemSetting, User
from accounts.services.audit import HIDDEN, record
from accounts.signals import setting_changed
from accounts.switches import Switch, known

CACHED_FOR: Final = 60
REMEMBERED_FOR: Final = 1  # in this process: how long another one's change may go unseen
TRUE: Final = frozenset({"1", "true", "yes", "on"})
FALSE: Final = frozenset({"0", "false", "no", "off", ""})
MISSING: Final = "\0missing"


def setting(category: SettingCategory, key: str, default: Any = None) -> Any:
    """Return a setting as its type; when nobody set it, ``default`` or the one the system knows.

    Plain values are cached for a minute, and a change is seen by every process
    within a second; sensitive ones never leave the database.
    """
    name, process = _cache_key(category, key), caches["process"]
    value = process.get(name, MISSING)
    if value == MISSING:
        value = cache.get(name, MISSING)
    if value == MISSING:
        row = SystemSetting.objects.filter(category=category, key=key).first()
        value = _value_of(row) if row else None
        if row is None or not row.is_sensitive:
            cache.add(name, value, CACHED_FOR)  # never over what a writer has just put there
            process.set(name, value, REMEMBERED_FOR)
    if value is not None:
        return value
    switch = known(category, key) if default is None else None
    return switch.default_value() if switch else default


@transaction.atomic
def set_setting(
    category: SettingCategory,
    key: str,
    value: Any,
    *,
    by: User | None = None,
    data_type: SettingType | None = None,
    is_sensitive: bool | None = None,
    action: str = "setting.changed",
) -> SystemSetting:
    """Write a setting, None for its default; sensitive values are encrypted, and the change is remembered.

    Raises:
        SettingInvalid: the value does not fit the setting's type or bounds.
    """
    switch = known(category, key)
    defaults = {
        "data_type": data_type or (switch.data_type if switch else SettingType.STRING),
        "is_sensitive": switch.is_sensitive if switch else bool(is_sensitive),
    }
    row, _ = SystemSetting.objects.select_for_update().get_or_create(category=category, key=key, defaults=defaults)
    was = _shown(row)
    row.data_type = data_type or row.data_type
    row.is_sensitive = row.is_sensitive if is_sensitive is None else is_sensitive
    row.updated_by = by
    text = None if value is None else _text_of(value, SettingType(row.data_type))
    if text is not None:
        parsed = checked(text, SettingType(row.data_type), name=str(row))
        _require_in_bounds(parsed, switch)
    row.value = sealed(row, text) if row.is_sensitive and text is not None else text
    row.save()
    if (is_now := _shown(row)) != was or row.is_sensitive:
        record(action, tenant=None, by=by, target=row, before={"value": was}, after={"value": is_now})
    _forget(row)
    return row


def revert_setting(entry: AuditEntry, *, by: User) -> SystemSetting:
    """Put a setting back to what it was before a remembered change.

    Raises:
        SettingInvalid: the old value was a secret, which history does not keep, or no longer fits.
    """
    row = SystemSetting.objects.get(pk=entry.target_key)
    before = entry.before.get("value")
    if row.is_sensitive or before == HIDDEN:
        raise SettingInvalid(name=str(row), data_type=str(SettingType(row.data_type).label))
    return set_setting(SettingCategory(row.category), row.key, before, by=by, action="setting.reverted")


def _require_in_bounds(value: Any, switch: Switch | None) -> None:
    if switch is None:
        return
    words = ""
    if switch.choices and value not in dict(switch.choices):
        words = ", ".join(name for name, _ in switch.choices)
    if switch.minimum is not None and not switch.minimum <= value <= (switch.maximum or value):
        words = f"{switch.minimum} … {switch.maximum}"
    if words:
        raise SettingInvalid(name=switch.name, data_type=words)


def _shown(row: SystemSetting) -> str | None:
    """Return what history may keep of a value."""
    return HIDDEN if row.is_sensitive and row.value is not None else row.value


def _forget(row: SystemSetting) -> None:
    """Let every process see the new value: at once here, on commit everywhere."""
    name = _cache_key(row.category, row.key)
    caches["process"].delete(name)
    cache.delete(name)
    value = None if row.is_sensitive else _value_of(row)
    if not row.is_sensitive:
        transaction.on_commit(partial(cache.set, name, value, CACHED_FOR))
    told = partial(setting_changed.send, sender=SystemSetting, category=row.category, key=row.key)
    transaction.on_commit(told)


def sealed(row: SystemSetting, text: str) -> str:
    """Return the encrypted form of a sensitive value, as text."""
    return base64.b64encode(secrets.encrypt(text, context=_context(row))).decode()


def opened(row: SystemSetting) -> str | None:
    """Return the text of a setting, decrypted if it is sensitive."""
    text = row.value if row.value is not None else row.default_value
    if text is None or not row.is_sensitive or row.value is None:
        return text
    return secrets.decrypt(base64.b64decode(text), context=_context(row))


def record_step(
    *, session_id: str, event_type: str, step: int | None = None, user: User | None = None, **properties: Any
) -> StartPageEvent:
    """Note one step of a visitor or a new member on the way to the first answer."""
    return StartPageEvent.objects.create(
        session_id=session_id, event_type=event_type, step=step, user=user, properties=properties
    )


def _value_of(row: SystemSetting) -> Any:
    text = opened(row) if row.is_active else row.default_value
    return None if text is None else checked(text, SettingType(row.data_type), name=str(row))


def checked(text: str, data_type: SettingType, *, name: str) -> Any:
    """Return the value that ``text`` stands for.

    Raises:
        SettingInvalid: it stands for none of this type.
    """
    try:
        return READERS[data_type](text)
    except (ValueError, InvalidOperation) as error:
        raise SettingInvalid(name=name, data_type=str(data_type.label)) from error


def _boolean(text: str) -> bool:
    if text.strip().lower() in TRUE:
        return True
    if text.strip().lower() in FALSE:
        return False
    raise ValueError(text)


def _decimal(text: str) -> Decimal:
    value = Decimal(text.strip().replace(",", "."))
    if not value.is_finite():
        raise ValueError(text)
    return value


READERS: Final[dict[SettingType, Callable[[str], Any]]] = {
    SettingType.STRING: str,
    SettingType.CHOICE: str,
    SettingType.INTEGER: int,
    SettingType.DECIMAL: _decimal,
    SettingType.BOOLEAN: _boolean,
    SettingType.JSON: json.loads,
}


def _text_of(value: Any, data_type: SettingType) -> str:
    if data_type == SettingType.JSON and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if data_type == SettingType.BOOLEAN and isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _cache_key(category: str, key: str) -> str:
    return f"setting:{category}:{key}"


def _context(row: SystemSetting) -> str:
    return f"system_settings.value.-.{row.category}.{row.key}"
