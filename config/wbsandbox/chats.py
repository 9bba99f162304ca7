"""The chats of a shop, and the one feed of all their messages."""

from bisect import bisect_right
from typing import Any, Final

from config.wbsandbox import words
from config.wbsandbox.catalogue import Catalogue
from config.wbsandbox.chance import Chance, code
from config.wbsandbox.clock import written
from config.wbsandbox.reviews import DAY

SPAN: Final = 120 * DAY
ARRIVES_EVERY: Final = 5400.0
PAGE: Final = 500
REPLIES_AFTER: Final = 45.0
PIXEL: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63b8b5721700"
    "045c01fba3ba2a350000000049454e44ae426082"
)


class Chats:
    """Chats by id, and events in the order of their time."""

    def __init__(
        self, seed: str, catalogue: Catalogue, *, known: list[dict[str, Any]], size: int, anchor: float
    ) -> None:
        self.seed, self.catalogue, self.anchor = seed, catalogue, anchor
        self.chats: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.waiting: list[tuple[float, str]] = []  # a buyer who will reply
        self._arrived = 0
        for number, row in enumerate(known, start=1):
            self._known(number, row)
        for number in range(size):
            self._invent(number, anchor - SPAN + SPAN * (number + 0.5) / size)
        self.events.sort(key=lambda event: event["addTimestamp"])
        self._space_out()

    def _known(self, number: int, row: dict[str, Any]) -> None:
        chat = self._open(f"demo-chat-{number}", f"demo-sign-{number}", row["client_name"], row["nm_id"])
        moment = self.anchor - row["days_ago"] * DAY
        for position, said in enumerate(row["messages"], start=1):
            moment += said["after_seconds"]
            self._say(chat, said["sender"], said["text"], moment, event_id=f"demo-chat-{number}-{position}")

    def _invent(self, number: int, moment: float) -> None:
        chance = Chance(self.seed, "chat", number)
        wb_id = f"1:{code(self.seed, 'chat', number, length=8)}-{number:06d}"
        name, product = chance.one_of(words.NAMES), chance.one_of(self.catalogue.numbers)
        chat = self._open(wb_id, f"1:{code(self.seed, 'sign', number, length=40)}", name, product)
        self._say(chat, "client", chance.one_of(words.CHAT_BEGINNINGS), moment, has_photo=chance.happens(20))
        if moment < self.anchor - DAY and chance.happens(85):
            self._say(chat, "seller", chance.one_of(words.CHAT_ANSWERS), moment + 600 + chance.below(7200))
            if chance.happens(60):
                self._say(chat, "client", chance.one_of(words.CHAT_REPLIES), moment + 9000 + chance.below(9000))

    def _open(self, wb_id: str, sign: str, name: str, number: int) -> dict[str, Any]:
        chat = {"id": wb_id, "sign": sign, "name": name, "nm": number, "last": None}
        self.chats[wb_id] = chat
        return chat

    def _say(
        self,
        chat: dict[str, Any],
        sender: str,
        text: str,
        moment: float,
        *,
        event_id: str = "",
        has_photo: bool = False,
    ) -> dict[str, Any]:
        is_new = chat["last"] is None
        stamp = int(moment * 1000)
        wb_id = event_id or code(chat["id"], stamp, sender, text, length=24)
        images = [{"date": written(moment), "downloadID": f"pic-{wb_id}", "url": ""}] if has_photo else []
        attachments = {"goodCard": self._good(chat) if is_new else None, "files": [], "images": images}
        event = {
            "chatID": chat["id"],
            "eventID": wb_id,
            "eventType": "message",
            "isNewChat": is_new,
            "message": {"text": text, "attachments": attachments},
            "source": "seller-portal" if sender == "seller" else "android",
            "addTimestamp": stamp,
            "addTime": written(moment),
            "sender": sender,
            "clientName": chat["name"],
            **({"replySign": chat["sign"]} if is_new else {}),
        }
        self.events.append(event)
        chat["last"] = {"text": text, "addTimestamp": stamp}
        return event

    def _good(self, chat: dict[str, Any]) -> dict[str, Any]:
        price = self.catalogue.prices[chat["nm"]]
        order = code(self.seed, chat["id"], "rid", length=22)
        return {"nmID": chat["nm"], "price": price, "priceCurrency": "RUB", "rid": order, "size": "0"}

    def _space_out(self) -> None:
        """Let no two events share a moment, so that a cursor of time loses none."""
        last = 0
        for event in self.events:
            last = event["addTimestamp"] = max(event["addTimestamp"], last + 1)

    def advance(self, now: float) -> None:
        """Let buyers write who would have written since."""
        due = [(moment, chat_id) for moment, chat_id in self.waiting if moment <= now]
        self.waiting = [item for item in self.waiting if item[0] > now]
        for moment, chat_id in due:
            chance = Chance(self.seed, chat_id, int(moment))
            self._say(self.chats[chat_id], "client", chance.one_of(words.CHAT_REPLIES), moment)
        while (moment := self.anchor + (self._arrived + 1) * ARRIVES_EVERY) <= now:
            self._arrived += 1
            self._invent(500_000 + self._arrived, moment)
            due.append((moment, ""))
        if due:
            self.events.sort(key=lambda event: event["addTimestamp"])
            self._space_out()

    def listed(self) -> list[dict[str, Any]]:
        """Return the chats, newest message first."""
        rows = sorted(self.chats.values(), key=lambda chat: -chat["last"]["addTimestamp"])
        return [
            {
                "chatID": chat["id"],
                "replySign": chat["sign"],
                "clientName": chat["name"],
                "goodCard": self._good(chat),
                "lastMessage": chat["last"],
            }
            for chat in rows
        ]

    def feed(self, after: int | None) -> dict[str, Any]:
        """Return a page of the feed."""
        begin = bisect_right(self.events, after, key=lambda event: event["addTimestamp"]) if after else 0
        found = self.events[begin : begin + PAGE]
        newest = found[-1]["addTimestamp"] if found else (after or 0)
        oldest = found[0]["addTimestamp"] if found else (after or 0)
        times = {"newestEventTime": written(newest / 1000), "oldestEventTime": written(oldest / 1000)}
        return {"next": newest, **times, "totalEvents": len(found), "events": found}

    def receive(self, sign: str, text: str, files: list[str], *, now: float) -> dict[str, Any] | None:
        """Take a seller's message; None for a wrong signature. Most buyers reply."""
        chat = next((chat for chat in self.chats.values() if chat["sign"] == sign), None)
        if chat is None:
            return None
        newest = self.events[-1]["addTimestamp"] / 1000 if self.events else 0.0
        event = self._say(chat, "seller", text, max(now, newest + 0.001))
        event["source"] = "seller-public-api"
        event["message"]["attachments"]["files"] = [
            {"contentType": "image/png", "date": written(now), "downloadID": f"f-{n}-{event['eventID']}", "name": name}
            for n, name in enumerate(files)
        ]
        chance = Chance(self.seed, "replies", event["eventID"])
        if chance.happens(60):
            self.waiting.append((now + REPLIES_AFTER + chance.below(60), chat["id"]))
        return event
