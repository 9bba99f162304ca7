"""What each address does."""

import json
import re
from itertools import islice
from typing import Any, Final

from config.wbsandbox import multipart
from config.wbsandbox.chats import PIXEL
from config.wbsandbox.reviews import Window
from config.wbsandbox.server import Answered, Call, Refused, Route, envelope, envelope_error

MOST_FEEDBACKS, DEEPEST = 5000, 199_990
MOST_QUESTIONS: Final = 10_000
LONGEST_MESSAGE, LARGEST_FILE, LARGEST_SUM = 1000, 5 * 1024 * 1024, 30 * 1024 * 1024
TEXT = range(2, 5001)
IN_MODERATION: Final = 10.0


def _flag(call: Call, name: str) -> bool:
    value = call.query.get(name)
    if value not in {"true", "false"}:
        raise Refused(400, envelope_error(f"Не задан параметр {name}"))
    return value == "true"


def _number(call: Call, name: str, most: int) -> int:
    value = call.query.get(name, "")
    if not value.isdigit() or int(value) > most:
        raise Refused(400, envelope_error(f"Некорректный параметр {name}"))
    return int(value)


def _optional(call: Call, name: str) -> int | None:
    return int(call.query[name]) if name in call.query else None


def feedbacks(call: Call) -> Answered:
    """List reviews that are not archived."""
    window = Window(
        is_answered=_flag(call, "isAnswered"),
        nm_id=_optional(call, "nmId"),
        since=_optional(call, "dateFrom"),
        until=_optional(call, "dateTo"),
    )
    return _listed(call, window, default="dateDesc")


def archive(call: Call) -> Answered:
    """List archived reviews."""
    return _listed(call, Window(is_archive=True, nm_id=_optional(call, "nmId")), default="dateDesc")


def _listed(call: Call, window: Window, *, default: str) -> Answered:
    take, skip = _number(call, "take", MOST_FEEDBACKS), _number(call, "skip", DEEPEST)
    newest_first = call.query.get("order", default) == "dateDesc"
    skip = 0 if call.is_hit_by("repeat") else skip
    places = call.shop.reviews.listed(window, now=call.now, newest_first=newest_first)
    rows = [call.shop.reviews.as_json(place, now=call.now) for place in islice(places, skip, skip + take)]
    return Answered(body=envelope({"countUnanswered": 0, "countArchive": 0, "feedbacks": rows}))


def feedback_count(call: Call) -> Answered:
    """Count reviews."""
    answered = call.query.get("isAnswered", "true") == "true"
    window = Window(is_answered=answered, since=_optional(call, "dateFrom"), until=_optional(call, "dateTo"))
    return Answered(body=envelope(sum(1 for _ in call.shop.reviews.listed(window, now=call.now, newest_first=False))))


def feedback(call: Call) -> Answered:
    """Return one review."""
    wb_id = call.query.get("id", "")
    place = call.shop.reviews.place_of(wb_id)
    if place is None or wb_id in call.shop.reviews.hidden:
        raise Refused(422, envelope_error("Невозможно получить отзыв по id"))
    return Answered(body=envelope(call.shop.reviews.as_json(place, now=call.now)))


def unanswered(call: Call) -> Answered:
    """Count what waits for an answer."""
    window = Window(is_answered=False)
    count = sum(1 for _ in call.shop.reviews.listed(window, now=call.now, newest_first=False))
    return Answered(body=envelope({"countUnanswered": count, "countUnansweredToday": min(count, 10)}))


def news(call: Call) -> Answered:
    """Say whether anything is unseen."""
    rows = call.shop.questions.listed(is_answered=False, nm_id=None, since=None, until=None)
    fresh = any(not row["viewed"] for row in rows)
    new = next(call.shop.reviews.listed(Window(is_answered=False), now=call.now, newest_first=True), None)
    return Answered(body=envelope({"hasNewQuestions": fresh, "hasNewFeedbacks": new is not None}))


def answer_feedback(call: Call) -> Answered:
    """Take an answer or its one change; an unknown id is taken as well."""
    body = json.loads(call.request.body)
    wb_id, text = str(body["id"]), str(body["text"])
    reviews, place = call.shop.reviews, call.shop.reviews.place_of(wb_id)
    if len(text) not in TEXT:
        raise _bad("text length must be from 2 to 5000")
    if call.request.method == "PATCH" and place is not None:
        shown = reviews.as_json(place, now=call.now)["answer"]
        if shown is not None and not shown["editable"]:
            raise _bad("answer is not editable")
    if place is None:
        call.market.clock()
        return Answered(204)
    call.market.write(call.shop, "answer", id=wb_id, text=text)
    return Answered(204)


def _bad(detail: str) -> Refused:
    return Refused(400, {"title": "bad request", "requestId": "sandbox", "origin": "fbapi", "detail": detail})


def rating(call: Call) -> Answered:
    """Return the seller's rating."""
    if call.bearer.type == "base":
        raise Refused(403, {"title": "forbidden", "detail": "base token is not allowed", "status": 403})
    return Answered(body={"feedbackCount": len(call.shop.reviews.created), "valuation": "4.6"})


def questions(call: Call) -> Answered:
    """List questions."""
    answered = _flag(call, "isAnswered")
    take, skip = _number(call, "take", MOST_QUESTIONS), _number(call, "skip", MOST_QUESTIONS)
    if take + skip > MOST_QUESTIONS:
        raise Refused(400, envelope_error("Сумма take и skip больше 10000"))
    since, until = _optional(call, "dateFrom"), _optional(call, "dateTo")
    rows = call.shop.questions.listed(is_answered=answered, nm_id=_optional(call, "nmId"), since=since, until=until)
    if call.query.get("order", "dateDesc") == "dateDesc":
        rows.reverse()
    shown = [call.shop.questions.as_json(row, now=call.now) for row in rows[skip : skip + take]]
    return Answered(body=envelope({"countUnanswered": 0, "countArchive": 0, "questions": shown}))


def question(call: Call) -> Answered:
    """Return one question."""
    row = call.shop.questions.by_id.get(call.query.get("id", ""))
    if row is None:
        raise Refused(422, envelope_error("Невозможно получить вопрос по id"))
    return Answered(body=envelope(call.shop.questions.as_json(row, now=call.now)))


def patch_question(call: Call) -> Answered:
    """Answer, reject or mark a question."""
    refusal = call.market.write(call.shop, "question", body=json.loads(call.request.body))
    if refusal:
        raise Refused(404 if "Не найден" in refusal else 422, envelope_error(refusal))
    return Answered(body=envelope(None))


def chats(call: Call) -> Answered:
    """List chats."""
    return Answered(body={"result": call.shop.chats.listed(), "errors": None})


def events(call: Call) -> Answered:
    """Return a page of the feed."""
    after = _optional(call, "next")
    if after == 0:
        raise _chat_error(400, "Bad request", "next must be positive")
    page = call.shop.chats.feed(after)
    if call.is_hit_by("stall"):
        page = {**call.shop.chats.feed(None), "next": after or 1}
    return Answered(body={"result": page, "errors": None})


def message(call: Call) -> Answered:
    """Take a message to a buyer."""
    fields, files = multipart.read(call.request.headers.get("content-type", ""), call.request.body)
    sign, text = fields.get("replySign", ""), fields.get("message", "")
    if len(text) > LONGEST_MESSAGE or not (text or files):
        raise _chat_error(400, "Bad request", "message length")
    sizes = [len(content) for _, content in files]
    if any(size > LARGEST_FILE for size in sizes) or sum(sizes) > LARGEST_SUM:
        raise _chat_error(400, "Bad request", "attachment too big")
    names = [name for name, _ in files]
    event = call.market.write(call.shop, "message", sign=sign, text=text, files=names)
    if event is None:
        raise _chat_error(400, "Bad request", "Invalid signature")
    result = {"addTime": event["addTimestamp"], "chatID": event["chatID"], "sign": sign}
    return Answered(body={"result": result, "errors": []})


def download(call: Call) -> Answered:
    """Return a file."""
    wb_id = call.request.path.rpartition("/")[2]
    owner = wb_id.partition("-")[2].removeprefix("0-")
    event = next((event for event in call.shop.chats.events if event["eventID"] == owner), None)
    if event is None:
        raise _chat_error(400, "Bad request", "file not found")
    if call.now * 1000 - event["addTimestamp"] < IN_MODERATION * 1000:
        return Answered(202, content=b"")
    return Answered(content=PIXEL, content_type="image/png")


def _chat_error(status: int, title: str, detail: str) -> Refused:
    return Refused(
        status,
        {
            "status": status,
            "title": title,
            "origin": "proxy-chats",
            "detail": detail,
            "requestId": "sandbox",
            "error": detail,
        },
    )


def cards(call: Call) -> Answered:
    """List product cards."""
    cursor: dict[str, Any] = json.loads(call.request.body)["settings"].get("cursor", {})
    return Answered(body=call.shop.catalogue.page(cursor))


def goods(call: Call) -> Answered:
    """List prices."""
    limit, offset = _number(call, "limit", 1000), int(call.query.get("offset", "0"))
    rows = call.shop.catalogue.goods(limit=limit, offset=offset, nm_id=_optional(call, "filterNmID"))
    return Answered(body={"data": {"listGoods": rows}, "error": False, "errorText": ""})


def seller(call: Call) -> Answered:
    """Say whose token it is."""
    return Answered(
        body={"name": call.shop.name, "sid": call.shop.sid, "tin": "3702000017", "tradeMark": "Лён и Клевер"}
    )


ROUTES: Final = {
    ("GET", "/api/v1/feedbacks"): Route(feedbacks, "feedbacks", 7),
    ("GET", "/api/v1/feedbacks/archive"): Route(archive, "feedbacks", 7),
    ("GET", "/api/v1/feedbacks/count"): Route(feedback_count, "feedbacks", 7),
    ("GET", "/api/v1/feedbacks/count-unanswered"): Route(unanswered, "feedbacks", 7),
    ("GET", "/api/v1/feedback"): Route(feedback, "feedbacks", 7),
    ("GET", "/api/v1/new-feedbacks-questions"): Route(news, "feedbacks", 7),
    ("POST", "/api/v1/feedbacks/answer"): Route(answer_feedback, "feedbacks", 7, is_write=True),
    ("PATCH", "/api/v1/feedbacks/answer"): Route(answer_feedback, "feedbacks", 7, is_write=True),
    ("GET", "/api/common/v1/rating"): Route(rating, "rating", 7),
    ("GET", "/api/v1/questions"): Route(questions, "feedbacks", 7),
    ("GET", "/api/v1/question"): Route(question, "feedbacks", 7),
    ("PATCH", "/api/v1/questions"): Route(patch_question, "feedbacks", 7, is_write=True),
    ("GET", "/api/v1/seller/chats"): Route(chats, "chats", 9),
    ("GET", "/api/v1/seller/events"): Route(events, "events", 9),
    ("POST", "/api/v1/seller/message"): Route(message, "message", 9, is_write=True),
    ("POST", "/content/v2/get/cards/list"): Route(cards, "content", 1),
    ("GET", "/api/v2/list/goods/filter"): Route(goods, "prices", 3),
    ("GET", "/api/v1/seller-info"): Route(seller, "seller", None),
}
DOWNLOAD: Final = Route(download, "download", 9)


def route_of(method: str, path: str) -> Route | None:
    """Return what an address does."""
    if method == "GET" and re.fullmatch(r"/api/v1/seller/download/[^/]+", path):
        return DOWNLOAD
    return ROUTES.get((method, path))
