"""Settings of the whole system, with types, and the first steps people take."""

import base64
import json
from collections.abc import Callable
from typing import Any, Final

from django.core.cache import cache

from accounts import secrets
from accounts.enums import SettingCategory, SettingType
from accounts.errors import SettingInvalid
from accounts.models import StartPageEvent, SystemSetting, User

CACHED_FOR: Final = 60
TRUE: Final = frozenset({"1", "true", "yes", "on"})
FALSE: Final = frozenset({"0", "false", "no", "off", ""})
MISSING: Final = "\0missing"


def setting(category: SettingCategory, key: str, default: Any = None) -> Any:
    """Return a setting as its type; ``default`` when it is absent, switched off or empty.

    Plain values are cached for a minute; sensitive ones never leave the database.
    """
    cached = cache.get(_cache_key(category, key), MISSING)
    if cached != MISSING:
        return default if cached is None else cached
    row = SystemSetting.objects.filter(category=category, key=key).first()
    value = _value_of(row) if row else None
    if row is None or not row.is_sensitive:
        cache.set(_cache_key(category, key), value, CACHED_FOR)
    return default if value is None else value


def set_setting(
    category: SettingCategory,
    key: str,
    value: Any,
    *,
    by: User | None = None,
    data_type: SettingType | None = None,
    is_sensitive: bool | None = None,
) -> SystemSetting:
    """Write a setting; sensitive values are encrypted.

    Raises:
        SettingInvalid: the value does not fit the setting's type.
    """
    row, _ = SystemSetting.objects.get_or_create(
        category=category,
        key=key,
        defaults={"data_type": data_type or SettingType.STRING, "is_sensitive": bool(is_sensitive)},
    )
    row.data_type = data_type or row.data_type
    row.is_sensitive = row.is_sensitive if is_sensitive is None else is_sensitive
    row.updated_by = by
    text = None if value is None else _text_of(value, SettingType(row.data_type))
    if text is not None:
        checked(text, SettingType(row.data_type), name=str(row))
    row.value = sealed(row, text) if row.is_sensitive and text is not None else text
    row.save()
    cache.delete(_cache_key(category, key))
    return row


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
    except ValueError as error:
        raise SettingInvalid(name=name, data_type=str(data_type.label)) from error


def _boolean(text: str) -> bool:
    if text.strip().lower() in TRUE:
        return True
    if text.strip().lower() in FALSE:
        return False
    raise ValueError(text)


READERS: Final[dict[SettingType, Callable[[str], Any]]] = {
    SettingType.STRING: str,
    SettingType.INTEGER: int,
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
