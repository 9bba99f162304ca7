"""Where the search of the whole shop looks on the Wildberries desk."""

from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from accounts.ports import Hit, Searched
from marketplace.desk_forms import ReviewFilter
from marketplace.forms import ChatFilter
from marketplace.models import Chat, Product, Review
from marketplace.product_forms import ProductFilter


def find_reviews(tenant: Tenant, words: str, most: int) -> list[Hit]:
    """Return the latest reviews with these words, or by an author of this name."""
    found = ReviewFilter({"q": words, "show": "all"}, tenant=tenant).apply(Review.objects.of(tenant))
    return [
        Hit(
            title=review.text or review.pros or review.cons or "—",
            note=f"{review.rating}★ · {review.author} · {review.product.name if review.product else ''}",
            url=reverse("review", args=[review.uuid]),
        )
        for review in found.select_related("product").order_by("-date", "-pk")[:most]
    ]


def find_products(tenant: Tenant, words: str, most: int) -> list[Hit]:
    """Return the products with these words in their name, this vendor code or this nmId."""
    found = ProductFilter({"q": words}, tenant=tenant).apply(Product.objects.of(tenant))
    return [
        Hit(title=product.name, note=f"{product.wb_product_id}", url=reverse("product", args=[product.uuid]))
        for product in found.order_by("name", "pk")[:most]
    ]


def find_chats(tenant: Tenant, words: str, most: int) -> list[Hit]:
    """Return the chats with a buyer of this name, about a product of this name, or whose last words are these."""
    found = ChatFilter({"q": words}, tenant=tenant).apply(Chat.objects.of(tenant))
    return [
        Hit(
            title=chat.client_name or chat.product_name or "—",
            note=chat.last_message_text or "",
            url=reverse("chat", args=[chat.uuid]),
        )
        for chat in found.order_by("-last_message_date", "-pk")[:most]
    ]


SEARCHED: Final = (
    Searched(
        label=_("Reviews"),
        icon="star",
        find=find_reviews,
        all_url=lambda words: f"{reverse('reviews')}?{urlencode({'q': words, 'show': 'all'})}",
    ),
    Searched(
        label=_("Products"),
        icon="tag",
        find=find_products,
        all_url=lambda words: f"{reverse('products')}?{urlencode({'q': words})}",
    ),
    Searched(
        label=_("Chats"),
        icon="mail",
        find=find_chats,
        all_url=lambda words: f"{reverse('chats')}?{urlencode({'q': words})}",
    ),
)
