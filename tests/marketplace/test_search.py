"""One search finds a shop's conversations, tickets, reviews, products, chats and knowledge, and nobody else's."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from tests.factories.accounts import TenantFactory
from tests.factories.dialogs import ContactFactory, DialogFactory
from tests.factories.knowledge import DocumentFactory
from tests.factories.marketplace import ChatFactory, ProductFactory, ReviewFactory, StoreFactory
from tests.factories.operators import TicketFactory

pytestmark = pytest.mark.django_db
WORD = "Перламутр"


def fill(tenant):
    product = ProductFactory(store=StoreFactory(tenant=tenant), tenant=tenant, name=f"Пуговица {WORD}")
    return [
        reverse(
            "dialog", args=[DialogFactory(tenant=tenant, contact=ContactFactory(tenant=tenant, first_name=WORD)).uuid]
        ),
        reverse("ticket", args=[TicketFactory(tenant=tenant, title=f"Про {WORD.lower()}").uuid]),
        reverse("review", args=[ReviewFactory(product=product, text=f"{WORD} облез").uuid]),
        reverse("product", args=[product.uuid]),
        reverse("chat", args=[ChatFactory(store=product.store, tenant=tenant, client_name=WORD).uuid]),
        reverse("knowledge_document", args=[DocumentFactory(tenant=tenant, title=f"{WORD}: уход").uuid]),
    ]


def test_everything_of_the_shop_is_found_and_nothing_of_another(browser_of):
    ours, theirs = TenantFactory(), TenantFactory()
    addresses, foreign = fill(ours), fill(theirs)

    found = browser_of(ours.owner).get(reverse("search"), {"q": WORD.lower()}).content.decode()

    assert [address for address in addresses if address not in found] == []
    assert [address for address in foreign if address in found] == []


def test_htmx_gets_the_findings_alone_and_pages_are_found_by_their_title(browser_of):
    browser = browser_of(TenantFactory().owner)

    found = browser.get(reverse("search"), {"q": "баланс"}, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in found
    assert reverse("balance") in found
    assert reverse("team") not in found


@pytest.mark.parametrize("words", ["", "%", "\0", "'; DROP TABLE dialogs", "9" * 400, "<b>", "#", "￿"])
def test_strange_words_find_nothing_and_break_nothing(browser_of, words):
    page = browser_of(TenantFactory().owner).get(reverse("search"), {"q": words})

    assert page.status_code == 200
    assert escape(words[:100]).replace("\0", "") in page.content.decode()
