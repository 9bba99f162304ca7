"""What a chat's words say plainly, without any model: stems and patterns, Russian first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from marketplace.enums import ChatSender, ChatStage, ChatTag
from marketplace.models import ChatMessage

GREETING: Final = re.compile(r"^(здравствуй\w*|добр\w+ (день|вечер|утро|ночи|дня)|привет|hello|hi)[\s!.,)]*$")
SPAM: Final = re.compile(
    r"(https?://|t\.me/|wa\.me/|telegram|телеграм)|заработ\w+ (от|до|\d)|подписывай\w+ на|"
    r"(выкуп|раскрут|продвижен)\w+ (отзыв|карточ|товар|магазин)|пиар|инвестиц"
)
REFUND: Final = re.compile(
    r"вер(н|ну|нит|ните|нуть|ни)\w* (мне )?(деньг|средств)|возврат\w*|возмест\w+|компенс\w+|refund|"
    r"хочу (вернуть|сдать)|как (вернуть|сдать)|оформить возврат"
)
GONE: Final = re.compile(
    r"(отзыв\w* (уже )?(удалил|убрал|изменил|исправил|поправил|поменял)\w*)|"
    r"((удалил|убрал|изменил|исправил|поправил|поменял|дополнил)\w* (свой |уже |этот )*(отзыв|оценк))|"
    r"(постав\w+ (уже )?(5|пять) зв)"
)
AGREED: Final = re.compile(
    r"((удалю|уберу|изменю|исправлю|поменяю|дополню) (свой |этот |потом |тогда )*(отзыв|оценк))|"
    r"(^|[.!,] ?)(хорошо|ладно|согласн\w+|договорились|давайте)( ?[,.!)]|$| так| давайте| попробу)"
)
OFFERED: Final = re.compile(
    r"(готов\w+|предлага\w+|мож\w+|хот\w+) (\w+ ){0,3}(замен|вернуть|возврат|выслать|прислать|отправить|помочь|решить)|"
    r"оформ\w+ (\w+ ){0,2}(возврат|замен)|вышл\w+ (\w+ ){0,3}(замен|детал|нов)"
)
THANKS: Final = re.compile(r"(спасибо|благодар\w+|все (получилось|понятно|отлично|хорошо)|вопрос (решен|закрыт|снят))")
UPSET: Final = re.compile(
    r"(обман\w*|мошенн\w*|не (буду|стану) (ничего )?(менять|удалять|убирать)|не пишите|отстаньте|"
    r"ужасн\w+|отвратительн\w+|в суд|роспотребнадзор|больше не (куплю|закажу))"
)
TROUBLE: Final = re.compile(
    r"(брак\w*|сломан\w*|слома\w+с\w|не работает|порва\w+|дырк\w*|пятн\w*|не тот|не подош\w+|не пришл\w*|"
    r"не хватает|некомплект|плох\w+ качеств|разочаров\w+|воня\w+|облез\w*|линя\w+)"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules found; ``is_certain`` ends the cascade."""

    tag: ChatTag
    stage: ChatStage
    is_certain: bool


def plain(text: str) -> str:
    """Return a text as the patterns expect it."""
    return " ".join(text.casefold().replace("ё", "е").split())


def judge(messages: Sequence[ChatMessage], *, has_bad_review: bool) -> Verdict:
    """Return what the latest words say, in the order they were sent."""
    buyer = [plain(message.text) for message in messages if message.sender == ChatSender.CLIENT]
    seller = [plain(message.text) for message in messages if message.sender == ChatSender.SELLER]
    stage = _stage(messages, has_bad_review=has_bad_review)
    if not buyer:
        return Verdict(ChatTag.NO_REPLY if seller else ChatTag.UNTAGGED, stage, is_certain=True)
    last, is_theirs = buyer[-1], messages[-1].sender == ChatSender.CLIENT
    if SPAM.search(last):
        return Verdict(ChatTag.SPAM, ChatStage.NONE, is_certain=True)
    if stage == ChatStage.DELETION_CONFIRMED:
        return Verdict(ChatTag.SUCCESSFUL, stage, is_certain=True)
    if tag := _said_plainly(last):
        return Verdict(tag, stage, is_certain=True)
    is_certain = bool(GREETING.match(last) or TROUBLE.search(last)) or not is_theirs
    return Verdict(ChatTag.ACTIVE, stage, is_certain=is_certain)


def _said_plainly(last: str) -> ChatTag | None:
    if UPSET.search(last):
        return ChatTag.UNSUCCESSFUL
    if REFUND.search(last):
        return ChatTag.REFUND_REQUESTED
    return ChatTag.COMPLETED if THANKS.search(last) and not TROUBLE.search(last) else None


def _stage(messages: Sequence[ChatMessage], *, has_bad_review: bool) -> ChatStage:
    """Return how far the problem is solved: each stage needs the one before it, so words out of order mean nothing."""
    words = " ".join(plain(message.text) for message in messages if message.sender == ChatSender.CLIENT)
    if GONE.search(words):
        return ChatStage.DELETION_CONFIRMED
    is_offered = False
    for message in messages:
        text = plain(message.text)
        if message.sender == ChatSender.SELLER:
            is_offered = is_offered or bool(OFFERED.search(text))
        elif is_offered and message.sender == ChatSender.CLIENT and AGREED.search(text):
            return ChatStage.DELETION_AGREED
    is_about_review = has_bad_review or "отзыв" in words or "оценк" in words
    if not is_about_review:
        return ChatStage.NONE
    return ChatStage.DELETION_OFFERED if is_offered else ChatStage.DELETION_CANDIDATE
