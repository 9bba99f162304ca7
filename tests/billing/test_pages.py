"""The page of a shop's money, as its people see it."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.utils import translation
from django.utils.timezone import now
from openpyxl import load_workbook

from accounts.enums import Role
from accounts.models import Tenant
from billing import services
from billing.enums import ServiceType
from billing.models import Balance, BalanceTransaction, Payment, PromoCode, Referral
from billing.reports import statements
from config.tables import harmless
from config.templatetags.otklik import roubles
from tests.factories.accounts import MembershipFactory, TenantFactory
from tests.factories.assistants import AssistantFactory
from tests.factories.billing import BalanceFactory, PromoCodeFactory

pytestmark = pytest.mark.django_db

SOMETHING = "01a1f966-4e64-7ac3-a9f7-294fbf7e4144"


@pytest.fixture
def tenant():
    return BalanceFactory(balance=1000).tenant


@pytest.fixture
def owner(client, tenant):
    client.force_login(tenant.owner)
    return client


@pytest.fixture
def viewer(client, tenant):
    client.force_login(MembershipFactory(tenant=tenant, role=Role.USER).user)
    return client


def pay(tenant, key="a", amount=3, description="Сколько стоит доставка?"):
    return services.charge(
        tenant, service=ServiceType.AI_MESSAGE, key=key, at=now(), amount=Decimal(amount), description=description
    )


def text_of(response):
    return response.content.decode().replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_shows_money_entries_and_prices(owner, tenant):
    pay(tenant, amount="3.5")
    services.hold(tenant, service=ServiceType.AI_MESSAGE, key="h", at=now(), amount=Decimal(6))

    with translation.override("ru"):
        page = text_of(owner.get("/balance/"))

    for shown in ("990,50 ₽", "996,50 ₽", "6,00 ₽", "−3,50 ₽", "+1 000,00 ₽", "Сколько стоит доставка?"):
        assert shown in page


def test_the_page_of_a_new_shop_is_not_empty_handed(client):
    client.force_login(TenantFactory().owner)

    response = client.get("/balance/")

    assert response.status_code == 200
    assert response.context["money"].balance == 0


@pytest.mark.parametrize("entries", [1, 30])
def test_the_page_takes_the_same_queries_whatever_it_shows(owner, tenant, django_assert_max_num_queries, entries):
    for number in range(entries):
        pay(tenant, key=f"a:{number}")
    owner.get("/balance/")

    with django_assert_max_num_queries(18):
        owner.get("/balance/")


def test_entries_are_filtered_by_type_and_day(owner, tenant):
    pay(tenant)
    today, tomorrow = f"{now():%Y-%m-%d}", f"{now() + timedelta(days=2):%Y-%m-%d}"

    def types(query):
        statement = owner.get(f"/balance/?{query}").context["statement"]
        return [entry.transaction_type for entry in statement.entries]

    assert types("type=out") == ["ai_message"]
    assert types("type=ai_message") == ["ai_message"]
    assert types("type=in") == ["topup"]
    assert types(f"since={tomorrow}") == []
    assert types(f"until={tomorrow}&type=out&since={today}") == ["ai_message"]


@pytest.mark.parametrize(
    "query",
    [
        "type=theft",
        "since=yesterday",
        "since=2026-11-20&until=2026-11-01",
        "before=x",
        f"after={SOMETHING}",
        "since=%00",
    ],
)
def test_an_odd_filter_shows_everything(owner, query):
    response = owner.get(f"/balance/?{query}")

    assert response.status_code == 200
    assert len(response.context["statement"].entries) == 1


# --- topping up -------------------------------------------------------------------


def test_a_top_up_goes_through_the_sandbox_into_the_ledger(owner, tenant):
    begun = owner.post("/balance/top-up/", {"amount": "500.00"})
    payment = Payment.objects.get()
    assert begun.url == f"/balance/sandbox/{payment.uuid}/"
    assert "500.00 ₽" in text_of(owner.get(begun.url)) or "500,00 ₽" in text_of(owner.get(begun.url))

    paid = owner.post(begun.url, {"decision": "pay"})
    back = owner.get(paid.url, follow=True)
    owner.get(paid.url)

    assert back.redirect_chain == [("/balance/", 302)]
    assert [str(message) for message in back.context["messages"]]
    assert Balance.objects.get(tenant=tenant).balance == 1500
    entry = BalanceTransaction.objects.get(key=f"payment:{payment.uuid}")
    assert (entry.amount, entry.created_by) == (500, tenant.owner)


def test_a_cancelled_payment_leaves_the_balance_alone(owner, tenant):
    page = owner.post("/balance/top-up/", {"amount": "500"}).url

    owner.get(owner.post(page, {"decision": "cancel"}).url)

    assert Payment.objects.get().status == "cancelled"
    assert Balance.objects.get(tenant=tenant).balance == 1000


@pytest.mark.parametrize("amount", ["", "-5", "0", "9.99", "500000.01", "1e3000", "NaN", "сто", "100.001", "\0"])
def test_an_odd_amount_comes_back_with_the_reason(owner, amount):
    response = owner.post("/balance/top-up/", {"amount": amount})

    assert response.status_code == 422
    assert response.context["top_up_form"].errors["amount"]
    assert Payment.objects.count() == 0


def test_without_a_provider_the_page_says_so(owner, settings):
    settings.PAYMENT_SANDBOX = False

    assert "balance_top_up" not in text_of(owner.get("/balance/"))
    assert owner.post("/balance/top-up/", {"amount": "500"}).status_code == 503


def test_a_viewer_sees_the_money_but_does_not_touch_it(viewer):
    PromoCodeFactory(code="GIFT")

    page = viewer.get("/balance/")

    assert page.status_code == 200
    assert "/balance/top-up/" not in text_of(page)
    assert viewer.post("/balance/top-up/", {"amount": "500"}).status_code == 403
    assert viewer.post("/balance/code/", {"code": "GIFT"}).status_code == 403
    assert (Payment.objects.count(), PromoCode.objects.get().used_count) == (0, 0)


def test_a_stranger_finds_no_payment(client, tenant):
    payment = services.start_payment(tenant, amount=Decimal(500), return_page=str, at=now())
    client.force_login(TenantFactory().owner)

    for address in (f"/balance/payments/{payment.uuid}/", payment.confirmation_url):
        assert client.get(address).status_code == 404
    assert client.post(payment.confirmation_url, {"decision": "pay"}).status_code == 404
    assert services.settle(payment, at=now()).is_open


@pytest.mark.parametrize("address", ["/balance/", "/balance/export/", f"/balance/payments/{SOMETHING}/"])
def test_nobody_sees_money_without_logging_in(client, address):
    response = client.get(address)

    assert (response.status_code, response.url.split("?")[0]) == (302, "/accounts/login/")


# --- codes ------------------------------------------------------------------------


def test_a_promo_code_is_credited(owner, tenant):
    PromoCodeFactory(code="GIFT")

    response = owner.post("/balance/code/", {"code": "gift"})

    assert response.url == "/balance/"
    assert Balance.objects.get(tenant=tenant).balance == 1050


def test_a_refused_code_names_the_reason_beside_the_field(owner):
    PromoCodeFactory(code="OLD", expires_at=now() - timedelta(days=1))

    responses = [owner.post("/balance/code/", {"code": code}) for code in ("OLD", "NONE", "", "x" * 65)]

    assert [response.status_code for response in responses] == [409, 404, 422, 422]
    assert all(response.context["code_form"].errors["code"] for response in responses)


def test_an_invitation_is_accepted_in_the_same_field(client):
    guest, host = TenantFactory(), TenantFactory()
    client.force_login(guest.owner)

    client.post("/balance/code/", {"code": services.referral_code_of(host).code})

    assert Referral.objects.get().referred_tenant == guest


# --- the file ---------------------------------------------------------------------


async def read_csv(user, query="", language="ru"):
    client = AsyncClient()
    await client.aforce_login(user)
    client.cookies["django_language"] = language
    response = await client.get(f"/balance/export/{query}")
    body = b"".join([piece async for piece in response.streaming_content]).decode("utf-8-sig")
    return response, list(csv.reader(io.StringIO(body), delimiter=";" if language == "ru" else ","))


@pytest.mark.parametrize(("language", "amount"), [("ru", "-0,001"), ("en", "-0.001")])
def test_the_file_holds_every_entry_in_the_readers_manner(tenant, language, amount):
    pay(tenant, amount="0.001", description='=HYPERLINK("http://evil.example")')

    response, rows = async_to_sync(read_csv)(tenant.owner, language=language)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="otklik-balance-')
    assert [len(row) for row in rows] == [9, 9, 9]
    assert (rows[1][2], rows[1][5]) == (amount, '\'=HYPERLINK("http://evil.example")')


def test_a_long_file_comes_in_pieces_without_losing_a_line(tenant, monkeypatch):
    monkeypatch.setattr(statements, "CHUNK", 3)
    for number in range(10):
        pay(tenant, key=f"a:{number}", description=f"№{number}")

    _, rows = async_to_sync(read_csv)(tenant.owner, query="?type=out")

    assert [row[5] for row in rows[1:]] == [f"№{number}" for number in range(9, -1, -1)]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "＝"])
def test_a_text_that_looks_like_a_formula_is_made_harmless(start):
    assert harmless(f"{start}1+1") == f"'{start}1+1"


def test_an_honest_text_stays_as_it_is():
    assert harmless("2+2=4 - правда?") == "2+2=4 - правда?"


# --- how amounts look ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "russian", "english"),
    [
        ("0", "0,00 ₽", "0.00 ₽"),
        ("1234567.891", "1 234 567,89 ₽", "1,234,567.89 ₽"),
        ("-1.5", "−1,50 ₽", "−1.50 ₽"),
        ("0.001", "0,001 ₽", "0.001 ₽"),
        ("-0.000001", "−0,000001 ₽", "−0.000001 ₽"),
        ("0.500000", "0,50 ₽", "0.50 ₽"),
        ("2.505", "2,51 ₽", "2.51 ₽"),
    ],
)
def test_amounts_are_written_as_people_read_them(amount, russian, english):
    for language, expected in (("ru", russian), ("en", english)):
        with translation.override(language):
            shown = roubles(Decimal(amount))
        assert shown.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ") == expected


def test_a_sign_is_shown_when_asked_for():
    with translation.override("en"):
        signs = [roubles(Decimal(amount), "+")[0] for amount in (5, -5, 0)]

    assert signs == ["+", "−", "0"]
    assert roubles(None) == "–"


# --- the other pages ----------------------------------------------------------------


def test_a_workbook_holds_numbers_as_numbers_and_texts_as_texts(owner, tenant):
    pay(tenant, amount="0.001", description='=HYPERLINK("http://evil.example")\x07')

    response = owner.get("/balance/export/?format=xlsx&type=out")
    rows = list(load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.iter_rows())

    assert [len(row) for row in rows] == [9, 9]
    assert (rows[1][2].value, rows[1][5].value, rows[1][5].data_type) == (
        -0.001,
        '=HYPERLINK("http://evil.example")',
        "s",
    )


def test_a_workbook_too_long_is_refused(owner, tenant, monkeypatch):
    monkeypatch.setattr("billing.views.export.MOST_ROWS", 1)
    pay(tenant)

    assert owner.get("/balance/export/?format=xlsx").status_code == 422


def test_entries_are_filtered_by_assistant_and_size(owner, tenant):
    lina = AssistantFactory(tenant=tenant, name="Лина")
    services.charge(
        tenant,
        service=ServiceType.AI_MESSAGE,
        key="a",
        at=now(),
        amount=Decimal(3),
        assistant_id=lina.pk,
        channel="api",
    )
    pay(tenant, key="b", amount=7)

    def amounts(query):
        return [entry.amount for entry in owner.get(f"/balance/?{query}").context["statement"].entries]

    assert amounts(f"assistant={lina.pk}") == [-3]
    assert amounts("least=5&type=out") == [-7]
    assert amounts("least=3&most=7") == [-7, -3]
    assert amounts("least=7&most=3") == [-7, -3, 1000]
    assert "API" in text_of(owner.get("/balance/"))


PAGES = ["usage", "payments", "holds", "limits", "prices"]


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_there_with_and_without_anything_on_it(client, page):
    client.force_login(TenantFactory().owner)
    assert client.get(f"/balance/{page}/").status_code == 200

    busy = BalanceFactory(balance=500).tenant
    client.force_login(busy.owner)
    pay(busy)
    services.hold(busy, service=ServiceType.AI_MESSAGE, key="h", at=now(), amount=Decimal(6))
    services.start_payment(busy, amount=Decimal(500), return_page=str, at=now())
    assert client.get(f"/balance/{page}/").status_code == 200


def test_limits_are_set_and_lifted_by_administrators(owner, tenant):
    assert owner.post("/balance/limits/set/", {"per_day": "50.5", "per_month": ""}).status_code == 302
    assert [period.cap for period in services.periods_of(tenant, at=now())] == [Decimal("50.5"), None]
    for wrong in ({"per_day": "-1"}, {"per_day": "NaN"}, {"per_day": "9", "per_month": "8"}, {"per_day": "1e30"}):
        assert owner.post("/balance/limits/set/", wrong).status_code == 422
    owner.post("/balance/limits/set/", {})
    assert [period.cap for period in services.periods_of(tenant, at=now())] == [None, None]


def test_a_viewer_sets_no_limits_and_sees_no_invitations(viewer, tenant):
    assert viewer.post("/balance/limits/set/", {"per_day": "5"}).status_code == 403
    assert viewer.get("/balance/invitations/").status_code == 403
    assert [period.cap for period in services.periods_of(tenant, at=now())] == [None, None]


def test_prices_to_come_are_announced(owner):
    services.set_price(
        ServiceType.AI_MESSAGE, price=Decimal("1.75"), valid_from=now() + timedelta(days=3), at=now(), description="НДС"
    )

    page = owner.get("/balance/prices/")

    assert [price.price for price in page.context["coming"]] == [Decimal("1.75")]
    assert "1,75 ₽" in text_of(page)


def test_payments_are_listed_by_state(owner, tenant):
    services.start_payment(tenant, amount=Decimal(500), return_page=str, at=now())

    def count(query):
        return len(owner.get(f"/balance/payments/{query}").context["page"].rows)

    assert [count(""), count("?status=pending"), count("?status=succeeded"), count("?status=x&page=y")] == [1, 1, 0, 1]


# --- invitations ----------------------------------------------------------------------


def signed_up(client, query="", **facts):
    filled = {"full_name": "Ева", "shop": "Лавка", "email": "eva@shop.example", "password1": "sea-breeze-42", **facts}
    client.post(f"/accounts/signup/{query}", filled)
    return Tenant.objects.filter(owner__email=filled["email"]).first()


def test_whoever_follows_the_link_and_signs_up_is_the_shops_guest(client):
    code = services.referral_code_of(TenantFactory())

    assert client.get(f"/r/{code.code.lower()}/").url == "/accounts/signup/"
    guest = signed_up(client)

    referral = Referral.objects.get()
    code.refresh_from_db()
    assert (referral.referred_tenant, referral.tenant) == (guest, code.tenant)
    assert (code.clicks, code.referrals_count) == (1, 1)
    client.force_login(code.tenant.owner)
    funnel = client.get("/balance/invitations/").context["funnel"]
    assert (funnel.clicks, funnel.signed_up, funnel.paying) == (1, 1, 0)


def test_the_address_of_the_sign_up_may_name_the_invitation(client):
    code = services.referral_code_of(TenantFactory())

    guest = signed_up(client, f"?ref={code.code}")

    assert Referral.objects.get().referred_tenant == guest


@pytest.mark.parametrize("cookie", ["FORGED", "FORGED:1sXyz:abc", "\x00"])
def test_a_forged_or_unknown_invitation_does_not_hinder_anybody(client, cookie):
    client.cookies["otklik_invitation"] = cookie

    assert client.get("/r/NOBODYS/").status_code == 302
    assert signed_up(client, "?ref=NOBODYS") is not None
    assert Referral.objects.count() == 0


def test_reloading_the_link_counts_once_an_hour(client):
    code = services.referral_code_of(TenantFactory())

    for _ in range(3):
        Client().get(f"/r/{code.code}/")

    code.refresh_from_db()
    assert code.clicks == 1
