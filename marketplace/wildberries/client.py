"""The methods of the seller API that Otklik uses."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from marketplace.wildberries import payloads as p
from marketplace.wildberries import reading
from marketplace.wildberries.cabinet import Cabinet, json_object
from marketplace.wildberries.calls import Call
from marketplace.wildberries.limits import Group
from marketplace.wildberries.tokens import Category, Token

PAGE: Final = 5000
SKIP_LIMIT: Final = 199_990
QUESTIONS_WINDOW: Final = 10_000  # take + skip
CARDS: Final = 100
PRICES: Final = 1000
IN_MODERATION: Final = 202
File = tuple[str, bytes, str]  # name, content, media type


class Wildberries(Cabinet):
    """Every method takes its turn in the seller's shared budget and raises ``errors``."""

    # --- reviews ---

    def feedbacks(
        self,
        *,
        is_answered: bool,
        skip: int = 0,
        take: int = PAGE,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        nm_id: int | None = None,
        newest_first: bool = False,
    ) -> p.Page[p.Feedback]:
        """Read a page of reviews that are not archived."""
        params = _window(
            is_answered=is_answered,
            newest_first=newest_first,
            take=take,
            skip=skip,
            nmId=nm_id,
            dateFrom=date_from,
            dateTo=date_to,
        )
        return reading.page_of(self._data("/api/v1/feedbacks", params).get("feedbacks"), reading.feedback)

    def archived_feedbacks(
        self, *, skip: int = 0, take: int = PAGE, nm_id: int | None = None, newest_first: bool = True
    ) -> p.Page[p.Feedback]:
        """Read a page of archived reviews; star-only ones live only here."""
        params = _given(take=take, skip=skip, nmId=nm_id, order="dateDesc" if newest_first else "dateAsc")
        return reading.page_of(self._data("/api/v1/feedbacks/archive", params).get("feedbacks"), reading.feedback)

    def feedback_count(
        self, *, is_answered: bool, date_from: datetime | None = None, date_to: datetime | None = None
    ) -> int:
        """Count reviews of a window."""
        params = _given(isAnswered=_flag(is_answered), dateFrom=_unix(date_from), dateTo=_unix(date_to))
        return int(self._data("/api/v1/feedbacks/count", params))

    def feedback(self, wb_id: str) -> p.Feedback:
        """Read one review.

        Raises:
            Rejected: there is none with this id.
        """
        return self._one(self._data("/api/v1/feedback", {"id": wb_id}), reading.feedback)

    def answer_review(self, wb_id: str, text: str) -> None:
        """Answer a review. Success says nothing about the id: read ``answer.state`` back."""
        self._feedbacks("POST", "/api/v1/feedbacks/answer", json={"id": wb_id, "text": text}, is_write=True)

    def edit_review_answer(self, wb_id: str, text: str) -> None:
        """Change an answer: once, within 60 days, while ``answer.is_editable``."""
        self._feedbacks("PATCH", "/api/v1/feedbacks/answer", json={"id": wb_id, "text": text}, is_write=True)

    def news(self) -> p.News:
        """Ask whether anything is unseen; the cheapest poll."""
        data = self._data("/api/v1/new-feedbacks-questions", {})
        return p.News(has_feedbacks=bool(data.get("hasNewFeedbacks")), has_questions=bool(data.get("hasNewQuestions")))

    def rating(self) -> p.Rating:
        """Read the seller's rating; base tokens may not."""
        path = "/api/common/v1/rating"
        body = self._json("GET", "WB_FEEDBACKS_URL", path, group=Group.RATING, category=Category.FEEDBACKS)
        valuation = Decimal(str(body.get("valuation") or 0))
        return p.Rating(feedback_count=int(body.get("feedbackCount") or 0), valuation=valuation)

    # --- questions ---

    def questions(
        self,
        *,
        is_answered: bool,
        skip: int = 0,
        take: int = PAGE,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        nm_id: int | None = None,
    ) -> p.Page[p.Question]:
        """Read a page of questions; ``take + skip`` is at most 10,000."""
        params = _window(is_answered=is_answered, take=take, skip=skip, nmId=nm_id, dateFrom=date_from, dateTo=date_to)
        return reading.page_of(self._data("/api/v1/questions", params).get("questions"), reading.question)

    def question(self, wb_id: str) -> p.Question:
        """Read one question.

        Raises:
            Rejected: there is none with this id.
        """
        return self._one(self._data("/api/v1/question", {"id": wb_id}), reading.question)

    def answer_question(self, wb_id: str, text: str) -> None:
        """Answer a question, or change the answer once within 60 days."""
        self._patch_question({"id": wb_id, "answer": {"text": text}, "state": "wbRu"})

    def reject_question(self, wb_id: str, text: str) -> None:
        """Turn a question down; it is not shown on the card."""
        self._patch_question({"id": wb_id, "answer": {"text": text}, "state": "none"})

    def mark_question_viewed(self, wb_id: str) -> None:
        """Note on Wildberries that a question was seen."""
        self._patch_question({"id": wb_id, "wasViewed": True})

    # --- chats ---

    def chats(self) -> p.Page[p.ChatInfo]:
        """Read the list of chats, all at once."""
        body = self._json("GET", "WB_CHAT_URL", "/api/v1/seller/chats", group=Group.CHATS, category=Category.CHAT)
        return reading.page_of(body.get("result"), reading.chat, "chatID")

    def chat_events(self, *, after: int | None = None) -> p.EventsPage:
        """Read a page of the feed of all chats, beginning at ``after``."""
        params = _given(next=after or None)
        path = "/api/v1/seller/events"
        body = self._json("GET", "WB_CHAT_URL", path, group=Group.EVENTS, category=Category.CHAT, params=params)
        result = body.get("result") or {}
        events = reading.page_of(result.get("events"), reading.event, "eventID")
        following = result.get("next")
        total = int(result.get("totalEvents") or 0)
        return p.EventsPage(next=int(following) if following else None, total=total, events=events)

    def send_chat_message(self, reply_sign: str, text: str, files: Sequence[File] = ()) -> p.SentMessage:
        """Write to a buyer, at most 1,000 characters."""
        call = Call(
            method="POST",
            service="WB_CHAT_URL",
            path="/api/v1/seller/message",
            group=Group.MESSAGE,
            category=Category.CHAT,
            is_write=True,
            files=[
                ("replySign", (None, reply_sign.encode(), "text/plain; charset=utf-8")),  # type: ignore[list-item]  # no file name: a field
                ("message", (None, text.encode(), "text/plain; charset=utf-8")),  # type: ignore[list-item]  # no file name: a field
                *(("file", file) for file in files),
            ],
        )
        result = json_object(self._call(call)).get("result") or {}
        added = result.get("addTime")
        moment = datetime.fromtimestamp(added / 1000, UTC) if isinstance(added, int) else None
        return p.SentMessage(chat_id=reading.words(result.get("chatID")), sent_at=moment)

    def download(self, download_id: str) -> p.Download:
        """Fetch a file of a chat; its content is None while Wildberries still moderates it.

        Raises:
            Rejected: there is none, or moderation refused it (status 451).
        """
        call = Call(
            method="GET",
            service="WB_CHAT_URL",
            path=f"/api/v1/seller/download/{download_id}",
            group=Group.DOWNLOAD,
            category=Category.CHAT,
        )
        response = self._call(call)
        content = None if response.status_code == IN_MODERATION else response.content
        return p.Download(content=content, content_type=response.headers.get("Content-Type", ""))

    # --- catalogue and seller ---

    def cards(self, *, cursor: p.Raw | None = None, limit: int = CARDS) -> p.CardsPage:
        """Read a page of product cards, oldest change first."""
        asked = {"limit": limit, **(cursor or {})}
        wanted = {"settings": {"sort": {"ascending": True}, "filter": {"withPhoto": -1}, "cursor": asked}}
        path = "/content/v2/get/cards/list"
        body = self._json(
            "POST", "WB_CONTENT_URL", path, group=Group.CONTENT, category=Category.CONTENT,
            params={"locale": "ru"}, json=wanted,
        )  # fmt: skip
        found = body.get("cursor") or {}
        following = {name: found[name] for name in ("updatedAt", "nmID") if found.get(name)}
        cards = reading.page_of(body.get("cards"), reading.card, "nmID")
        return p.CardsPage(cards=cards, cursor=following, is_last=int(found.get("total") or 0) < limit)

    def prices(self, *, offset: int = 0, limit: int = PRICES) -> p.Page[p.Price]:
        """Read a page of prices; an empty one is the end."""
        path, params = "/api/v2/list/goods/filter", {"limit": limit, "offset": offset}
        body = self._json("GET", "WB_PRICES_URL", path, group=Group.PRICES, category=Category.PRICES, params=params)
        return reading.page_of((body.get("data") or {}).get("listGoods"), reading.price, "nmID")

    def seller_info(self, *, token: Token | None = None) -> p.SellerInfo:
        """Ask whose token it is; any category will do."""
        call = Call(
            method="GET", service="WB_COMMON_URL", path="/api/v1/seller-info", group=Group.SELLER, category=None
        )
        body = json_object(self._call(call, token=token))
        sid, brand = reading.words(body.get("sid")).lower(), reading.words(body.get("tradeMark"))
        return p.SellerInfo(name=reading.words(body.get("name")), sid=sid, trade_mark=brand)


def _window(*, is_answered: bool, newest_first: bool = False, **window: Any) -> p.Raw:
    """Return the query of a list; dates travel as seconds."""
    dates = {name: _unix(window.pop(name, None)) for name in ("dateFrom", "dateTo")}
    return {
        "isAnswered": _flag(is_answered),
        "order": "dateDesc" if newest_first else "dateAsc",
        **_given(**window, **dates),
    }


def _given(**params: Any) -> p.Raw:
    return {name: value for name, value in params.items() if value is not None}


def _flag(value: bool) -> str:  # noqa: FBT001 -- as the API spells it
    return "true" if value else "false"


def _unix(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None
