"""Which review a chat is about: Wildberries does not say, so it is inferred, shown and correctable."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, transaction

from accounts.models import User
from marketplace.enums import ChatAvailability, LinkMethod, LinkState
from marketplace.models import Chat, ChatLink, ChatMessage, Review

WINDOW: Final = timedelta(days=45)
AUTOMATIC: Final = Decimal("0.85")
WORTH_SHOWING: Final = Decimal("0.40")
SHOWN: Final = 3
CANDIDATES: Final = 200
WORST: Final = 3
# What each sign is worth; together they make a probability between 0 and 1.
PRODUCT: Final = Decimal("0.30")
NAME: Final = Decimal("0.35")
WEEK, FORTNIGHT, MONTHS = Decimal("0.20"), Decimal("0.12"), Decimal("0.05")
BAD: Final = Decimal("0.10")
WRITABLE: Final = Decimal("0.05")
ONLY_ONE: Final = Decimal("0.05")
NAMELESS: Final = frozenset({"", "покупатель", "пользователь", "wildberries", "клиент", "аноним"})


def find(chat: Chat, *, at: datetime) -> list[ChatLink]:
    """Suggest reviews for a chat, and link the one that is almost certain; what a person decided stays.

    Only reviews of the same product within 45 days around the chat's first message count.
    """
    if chat.product_nm_id is None or chat.links.standing().exists():
        return []
    begun = ChatMessage.objects.filter(chat=chat).order_by("sent_at", "pk").values_list("sent_at", flat=True).first()
    begun = begun or chat.last_message_date or at
    near = Review.objects.filter(
        store_id=chat.store_id,
        product__wb_product_id=chat.product_nm_id,
        date__range=(begun - WINDOW, begun + WINDOW),
    ).exclude(chat_links__in=ChatLink.objects.filter(chat=chat))
    reviews = list(near.order_by("-date")[:CANDIDATES])
    scored = sorted(((score(chat, review, begun=begun), review) for review in reviews), key=lambda pair: -pair[0])
    scored = [pair for pair in scored if pair[0] >= WORTH_SHOWING][:SHOWN]
    if len(reviews) == 1 and scored:
        scored = [(min(scored[0][0] + ONLY_ONE, Decimal(1)), scored[0][1])]
    # Two equally good candidates are a question for a person.
    is_clear = len(scored) == 1 or (len(scored) > 1 and scored[0][0] - scored[1][0] >= WRITABLE)
    return [
        link
        for number, (confidence, review) in enumerate(scored)
        if (link := _keep(chat, review, confidence, is_best=number == 0 and is_clear, at=at))
    ]


def score(chat: Chat, review: Review, *, begun: datetime) -> Decimal:
    """Return how likely a review of the chat's product is the chat's."""
    apart = abs(review.date - begun)
    value = PRODUCT + (WEEK if apart <= timedelta(days=7) else FORTNIGHT if apart <= timedelta(days=14) else MONTHS)
    if _same_name(chat.client_name, review.author):
        value += NAME
    elif _is_name(chat.client_name) and _is_name(review.author):
        value -= NAME  # two different people
    value += BAD if review.rating <= WORST else 0
    value += WRITABLE if review.chat_status_by_review == ChatAvailability.AVAILABLE else 0
    return max(Decimal(0), min(value, Decimal(1)))


@transaction.atomic
def confirm(link: ChatLink, *, by: User | None, at: datetime) -> None:
    """Hold a link for right; another one that stood gives way.

    Raises:
        IllegalMove: somebody decided first.
    """
    for other in link.chat.links.standing().exclude(pk=link.pk):
        other.move_to(LinkState.REMOVED, at=at, by=by)
    link.move_to(LinkState.CONFIRMED, at=at, by=by)


@transaction.atomic
def remove(link: ChatLink, *, by: User | None, at: datetime) -> None:
    """Hold a link for wrong; it is not made again by itself.

    Raises:
        IllegalMove: it was removed already.
    """
    link.move_to(LinkState.REMOVED, at=at, by=by)


@transaction.atomic
def attach(chat: Chat, review: Review, *, by: User | None, at: datetime) -> ChatLink:
    """Link a chat with the review a person names.

    Raises:
        IllegalMove: it is linked with it already.
    """
    values = {"tenant_id": chat.tenant_id, "store_id": chat.store_id, "method": LinkMethod.PERSON, "confidence": 1}
    link, _is_new = ChatLink.objects.get_or_create(chat=chat, review=review, defaults=values)
    confirm(link, by=by, at=at)
    return link


@transaction.atomic
def take_from_portal(chat: Chat, review: Review, *, at: datetime) -> bool:
    """Link a chat with the review that the seller's portal shows it at, and say whether that was news.

    The portal knows, so a guess gives way; what a person decided stays.
    """
    Chat.objects.select_for_update(no_key=True).get(pk=chat.pk)  # two uploads at once link it one after the other
    links = list(chat.links.all())
    known = next((link for link in links if link.review_id == review.pk), None)
    is_decided = any(link.state == LinkState.CONFIRMED for link in links)
    if is_decided or (known and (known.state == LinkState.REMOVED or known.method == LinkMethod.EXTENSION)):
        return False
    for guess in links:
        if guess.is_standing and guess is not known:
            guess.move_to(LinkState.REMOVED, at=at)
    facts = {"method": LinkMethod.EXTENSION, "confidence": 1, "state": LinkState.LINKED, "decided_at": at}
    if known:
        ChatLink.objects.filter(pk=known.pk).update(**facts)
        return True
    ChatLink.objects.create(tenant_id=chat.tenant_id, store_id=chat.store_id, chat=chat, review=review, **facts)
    return True


def _keep(chat: Chat, review: Review, confidence: Decimal, *, is_best: bool, at: datetime) -> ChatLink | None:
    is_certain = is_best and confidence >= AUTOMATIC
    try:
        with transaction.atomic():
            return ChatLink.objects.create(
                tenant_id=chat.tenant_id,
                store_id=chat.store_id,
                chat=chat,
                review=review,
                method=LinkMethod.LIKENESS,
                confidence=confidence,
                state=LinkState.LINKED if is_certain else LinkState.SUGGESTED,
                decided_at=at if is_certain else None,
            )
    except IntegrityError:  # another worker linked it in this very moment
        return None


def _words(name: str) -> list[str]:
    return re.findall(r"[а-яёa-z]+", name.casefold().replace("ё", "е"))


def _is_name(name: str) -> bool:
    return bool(_words(name)) and name.casefold().strip() not in NAMELESS


def _same_name(one: str, other: str) -> bool:
    """Say whether two names may be one person's: the first words agree, and the second ones as far as given."""
    if not (_is_name(one) and _is_name(other)):
        return False
    first, second = _words(one), _words(other)
    if first[0] != second[0]:
        return False
    return all(a.startswith(b) or b.startswith(a) for a, b in zip(first[1:], second[1:], strict=False))
