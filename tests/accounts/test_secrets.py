"""Secrets at rest, and their rotation."""

import base64
import os

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from accounts import secrets, services
from accounts.enums import SettingCategory
from accounts.models import Platform, SystemSetting
from accounts.services.system import opened
from tests.factories.accounts import IntegrationFactory, TenantFactory, UserFactory


def new_key():
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def test_a_secret_opens_at_its_place_only():
    token = secrets.encrypt("пароль", context="a.b.1.x")

    assert secrets.decrypt(token, context="a.b.1.x") == "пароль"
    with pytest.raises(secrets.SecretUnreadable):
        secrets.decrypt(token, context="a.b.2.x")


@pytest.mark.parametrize("position", [0, 3, 12, 25, -1])
def test_a_damaged_secret_does_not_open(position):
    token = bytearray(secrets.encrypt("x" * 20, context="here"))
    token[position] ^= 1

    with pytest.raises(secrets.SecretUnreadable):
        secrets.decrypt(bytes(token), context="here")


@pytest.mark.parametrize("token", [b"", b"\x01", b"\x02" * 40])
def test_rubbish_does_not_open(token):
    with pytest.raises(secrets.SecretUnreadable):
        secrets.decrypt(token, context="here")


def test_equal_secrets_look_different_and_have_one_fingerprint():
    assert secrets.encrypt("a", context="c") != secrets.encrypt("a", context="c")
    assert secrets.fingerprint("a") == secrets.fingerprint("a") != secrets.fingerprint("b")


def test_older_keys_still_open_and_name_themselves(settings):
    token = secrets.encrypt("a", context="c")
    old_id, old_fingerprint = secrets.key_id(), secrets.fingerprint("a")
    settings.ENCRYPTION_KEYS = [new_key(), *settings.ENCRYPTION_KEYS]

    assert secrets.decrypt(token, context="c") == "a"
    assert secrets.key_id(token) == old_id != secrets.key_id()
    assert secrets.fingerprints("a")[1] == old_fingerprint


@pytest.mark.parametrize(("value", "shown"), [("sk-1234567890abcd", "…abcd"), ("short", "…"), ("", "")])
def test_people_see_the_last_four_characters_of_a_long_secret(value, shown):
    assert secrets.masked(value) == shown


@pytest.mark.django_db
def test_a_ciphertext_copied_into_another_row_does_not_open():
    one, other = (IntegrationFactory(tenant=TenantFactory()) for _ in range(2))
    one = services.connect(
        one.tenant, platform=one.platform, credentials={"api_key": "sk-secret"}, external_account=one.external_account
    )
    other.credentials_encrypted = one.credentials_encrypted
    other.save()

    assert services.masked_credentials(other) == {}


@pytest.mark.django_db
def test_rotation_moves_every_secret_and_the_old_key_can_go(settings):
    tenant = TenantFactory()
    connection = services.connect(
        tenant, platform=Platform.objects.get(pk="deepseek"), credentials={"api_key": "sk-secret"}
    )
    services.set_setting(SettingCategory.EMAIL, "password", "hunter2-hunter2", is_sensitive=True)
    factor = TOTP.activate(UserFactory(), "JBSWY3DPEHPK3PXP").instance
    claim = services.begin(tenant, principal="user:1", route="/", key="k", body_hash="h", at=now())
    services.finish(claim, status=201, content_type="application/json", body=b"{}")
    newest = new_key()
    settings.ENCRYPTION_KEYS = [newest, *settings.ENCRYPTION_KEYS]

    call_command("rotate_keys")
    settings.ENCRYPTION_KEYS = [newest]

    connection.refresh_from_db()
    assert services.credentials_of(connection) == {"api_key": "sk-secret"}
    assert connection.encryption_key_id == secrets.key_id()
    assert opened(SystemSetting.objects.get(key="password")) == "hunter2-hunter2"
    assert TOTP(Authenticator.objects.get(pk=factor.pk)).instance.data["secret"] != factor.data["secret"]
    assert services.begin(tenant, principal="user:1", route="/", key="k", body_hash="h", at=now()).body == b"{}"
    assert services.rotate_keys().moved == {}


@pytest.mark.django_db
def test_rotation_names_what_it_cannot_read_and_fails(settings):
    services.set_setting(SettingCategory.EMAIL, "password", "hunter2-hunter2", is_sensitive=True)
    settings.ENCRYPTION_KEYS = [new_key()]

    with pytest.raises(CommandError, match="system_settings"):
        call_command("rotate_keys")
