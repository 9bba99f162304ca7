"""Settings of the system: types, bounds, secrets, history and the way back; their page in the admin."""

from decimal import Decimal

import pytest
from django.core.cache import caches
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import services, switches
from accounts.enums import SettingCategory, SettingType
from accounts.errors import SettingInvalid
from accounts.models import AuditEntry, SystemSetting, User
from accounts.services.system import revert_setting
from tests.factories.accounts import TenantFactory, UserFactory

pytestmark = pytest.mark.django_db
GENERAL, SECURITY, EMAIL = SettingCategory.GENERAL, SettingCategory.SECURITY, SettingCategory.EMAIL
PAGE = "admin:system_settings"


@pytest.fixture
def staff(browser_of):
    person = User.objects.create_superuser("staff@example.com")
    client = browser_of(person)
    client.person = person
    return client


@pytest.mark.parametrize("switch", switches.ALL, ids=lambda switch: switch.name)
def test_every_known_setting_has_a_default_of_its_type(switch):
    kinds = {SettingType.BOOLEAN: bool, SettingType.INTEGER: int, SettingType.DECIMAL: Decimal}

    value = services.setting(switch.category, switch.key)

    assert isinstance(value, kinds.get(switch.data_type, str))
    assert not switch.choices or value in dict(switch.choices)


def test_the_default_holds_again_when_the_value_is_taken_away():
    services.set_setting(GENERAL, "welcome_bonus", "12,50")
    assert services.setting(GENERAL, "welcome_bonus") == Decimal("12.50")

    services.set_setting(GENERAL, "welcome_bonus", None)

    assert services.setting(GENERAL, "welcome_bonus") == Decimal(300)


@pytest.mark.parametrize(
    ("category", "key", "value"),
    [
        (GENERAL, "welcome_bonus", "-1"),
        (GENERAL, "welcome_bonus", "NaN"),
        (GENERAL, "welcome_bonus", "1e9"),
        (SECURITY, "invitation_days", "0"),
        (SECURITY, "invitation_days", "soon"),
        (SettingCategory.MAINTENANCE, "mode", "perhaps"),
    ],
)
def test_a_value_out_of_bounds_is_refused_and_leaves_no_trace(category, key, value):
    with pytest.raises(SettingInvalid):
        services.set_setting(category, key, value)

    assert not SystemSetting.objects.exists()
    assert not AuditEntry.objects.exists()


def test_history_says_who_and_what_and_leads_back():
    person = UserFactory(full_name="Вера")
    services.set_setting(SECURITY, "invitation_days", 3, by=person)
    services.set_setting(SECURITY, "invitation_days", 5, by=person)
    services.set_setting(SECURITY, "invitation_days", 5, by=person)  # nothing new, nothing remembered
    second, first = AuditEntry.objects.order_by("-pk")

    revert_setting(second, by=person)

    assert (first.before, first.after, first.actor_name) == (
        {"value": None},
        {"value": "3"},
        f"Вера <{person.email}>",
    )
    assert (second.before, second.after) == ({"value": "3"}, {"value": "5"})
    assert services.setting(SECURITY, "invitation_days") == 3
    assert AuditEntry.objects.latest("pk").action == "setting.reverted"


def test_a_secret_is_not_in_its_history_and_cannot_be_put_back():
    person = UserFactory()
    services.set_setting(EMAIL, "password", "canary-canary-1", is_sensitive=True, by=person)
    services.set_setting(EMAIL, "password", "canary-canary-2", by=person)

    entries = list(AuditEntry.objects.order_by("pk"))
    assert len(entries) == 2
    assert "canary" not in str([(entry.before, entry.after) for entry in entries])
    with pytest.raises(SettingInvalid):
        revert_setting(entries[0], by=person)


def test_a_slow_reader_does_not_put_an_old_value_back(django_capture_on_commit_callbacks):
    """The reader saw the row before the writer's commit, and comes to the cache after it."""
    with django_capture_on_commit_callbacks(execute=True):
        services.set_setting(SECURITY, "invitation_days", 9)
    caches["default"].add("setting:security:invitation_days", 3, 60)

    assert services.setting(SECURITY, "invitation_days") == 9


def test_the_audit_log_cannot_be_changed():
    services.set_setting(SECURITY, "invitation_days", 3)

    for change in (lambda rows: rows.update(actor_name="x"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(AuditEntry.objects.all())
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("category", sorted({switch.category for switch in switches.ALL}))
def test_the_page_opens_for_every_category(staff, category):
    page = staff.get(reverse(PAGE), {"category": category})

    assert page.status_code == 200
    assert all(str(switch.title) in page.content.decode() for switch in switches.ALL if switch.category == category)


def test_the_form_writes_what_changed_only(staff):
    form = {"staff_second_factor_days": "30", "invitation_days": "7"}

    page = staff.post(f"{reverse(PAGE)}?category=security", form)

    assert page["Location"].endswith("category=security")
    assert [row.key for row in SystemSetting.objects.all()] == ["staff_second_factor_days"]
    assert services.setting(SECURITY, "staff_second_factor_days") == 30


def test_the_form_refuses_what_is_out_of_bounds(staff):
    page = staff.post(f"{reverse(PAGE)}?category=security", {"staff_second_factor_days": "999", "invitation_days": "7"})

    assert page.status_code == 422
    assert not SystemSetting.objects.exists()


def test_a_change_is_put_back_with_a_click_and_a_default_restored_with_another(staff):
    services.set_setting(SECURITY, "invitation_days", 3)
    services.set_setting(SECURITY, "invitation_days", 5)
    entry = AuditEntry.objects.latest("pk")

    staff.post(f"{reverse(PAGE)}?category=security", {"revert": entry.uuid})
    assert services.setting(SECURITY, "invitation_days") == 3

    staff.post(f"{reverse(PAGE)}?category=security", {"reset": "invitation_days"})
    assert services.setting(SECURITY, "invitation_days") == 7


@pytest.mark.parametrize("verb", [{"invitation_days": "5"}, {"revert": "x"}, {"reset": "invitation_days"}])
def test_staff_without_the_right_changes_nothing(browser_of, verb):
    clerk = UserFactory(is_staff=True)

    page = browser_of(clerk).post(f"{reverse(PAGE)}?category=security", verb)

    assert page.status_code == 403
    assert not SystemSetting.objects.exists()


def test_nonsense_is_not_found(staff):
    assert staff.get(reverse(PAGE), {"category": "nothing"}).status_code == 404
    assert staff.post(f"{reverse(PAGE)}?category=security", {"revert": "x"}).status_code == 404
    assert staff.post(f"{reverse(PAGE)}?category=security", {"reset": "nothing"}).status_code == 404
    assert staff.get(reverse("admin:maintenance_preview"), {"mode": "off"}).status_code == 404


def test_sign_up_closes_for_newcomers_and_stays_open_for_the_invited(client):
    services.set_setting(GENERAL, "registration_open", value=False)

    assert "signup_closed" in str([t.name for t in client.get("/accounts/signup/").templates])


def test_letters_carry_the_chosen_sender(mailoutbox):
    from accounts import letters

    services.set_setting(EMAIL, "sender_name", "Лён и Клевер")
    services.set_setting(GENERAL, "support_email", "help@example.com")

    letters.send("approved", to="bob@example.com", language="ru", user=TenantFactory().owner, url="/")

    (letter,) = mailoutbox
    assert letter.reply_to == ["help@example.com"]
    assert "no-reply@localhost" in letter.from_email
    assert "Otklik" not in letter.from_email
