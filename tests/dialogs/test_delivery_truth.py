"""A worker, the web server and Redis are killed amid conversations: each message once, in order, on each screen."""

import asyncio
from contextlib import AsyncExitStack

import psycopg
import pytest

from config.runtime.folders import read_environment
from tests.talking import Shop

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(300)]

VISITORS, ROUNDS, PAUSE_SECONDS = 8, 7, 2.5
QUESTIONS = (
    "Сколько хранится заказ в пункте выдачи?",
    "Сядет ли лён после стирки?",
    "Какие способы оплаты есть?",
)


@pytest.fixture
def shop(running_stack):
    running_stack.wait_for_green()
    return Shop(running_stack.base_url, running_stack.demo)


def kill(running, victim):
    """Kill one part of the system the hard way; the supervisor starts it again."""
    words = {"worker": ("celery", "--queues", "answers"), "web": ("daphne",), "redis": ("redis",)}[victim]
    running.find(*words).kill()


async def converse(shop, running):
    """Let visitors write for a while, one of them to an operator, and kill something after every second round."""
    visitors = [shop.visitor() for _ in range(VISITORS)]
    operator = shop.operator()
    async with AsyncExitStack() as people, asyncio.timeout(200):
        for person in (operator, *visitors):
            await people.enter_async_context(person)
        await asyncio.gather(*(visitor.is_ready.wait() for visitor in visitors))
        await visitors[0].send("ask_person", id="person")
        await asyncio.sleep(1)
        await visitors[0].say("Позовите, пожалуйста, человека")
        await _until(lambda: visitors[0].screen)
        await _reconnected_dialog(visitors[0])
        await operator.look_at(visitors[0].dialog)
        await operator.ask("take", dialog=visitors[0].dialog)
        for number in range(ROUNDS):
            await asyncio.gather(*(v.say(f"{number}: {QUESTIONS[number % 3]} № {n}") for n, v in enumerate(visitors)))
            await operator.ask(
                "post", dialog=visitors[0].dialog, client_id=f"operator-{number}", text=f"Ответ {number}"
            )
            if number % 2 == 0 and number // 2 < 3:
                kill(running, ("worker", "web", "redis")[number // 2])
            await asyncio.sleep(PAUSE_SECONDS)
        await _until(lambda: not any(visitor.unconfirmed for visitor in visitors))
        await _settled(running, visitors, operator)
    return visitors, operator


async def _reconnected_dialog(visitor):
    """The dialog's uuid comes with ``ready`` only, which a visitor gets anew by saying hello."""
    await visitor.greet()
    await _until(lambda: visitor.dialog)


async def _until(is_true, seconds=90):
    async with asyncio.timeout(seconds):
        while not is_true():  # noqa: ASYNC110 -- what other tasks collect
            await asyncio.sleep(0.1)


async def _settled(running, visitors, operator):
    """Wait until nobody owes anybody an answer and every screen shows the last number."""
    address = read_environment(running.folder.addresses)["DATABASE_URL"]
    tokens = [visitor.screen[0]["uuid"] for visitor in visitors]
    async with asyncio.timeout(100), await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        while True:
            cursor = await connection.execute(
                "SELECT m.uuid::text, d.last_seq, d.uuid::text FROM dialog_messages m"
                " JOIN dialogs d ON d.id = m.dialog_id WHERE m.uuid = ANY(%s::uuid[])",
                [tokens],
            )
            last = {first: (seq, dialog) for first, seq, dialog in await cursor.fetchall()}
            cursor = await connection.execute(
                "SELECT count(*) FROM answer_runs r JOIN dialogs d ON d.id = r.dialog_id"
                " WHERE r.status IN ('pending', 'running') AND d.uuid = ANY(%s::uuid[])",
                [[dialog for _, dialog in last.values()]],
            )
            (busy,) = await cursor.fetchone()
            shown = [visitor.last_seq == last[token][0] for visitor, token in zip(visitors, tokens, strict=True)]
            if not busy and all(shown) and operator.last_seq == last[tokens[0]][0]:
                return
            await asyncio.sleep(0.5)


def stored(running, first_message):
    """Return (seq, sender, text) of a conversation, as the database has it."""
    address = read_environment(running.folder.addresses)["DATABASE_URL"]
    with psycopg.connect(address) as connection:
        return connection.execute(
            "SELECT seq, sender, text FROM dialog_messages"
            " WHERE dialog_id = (SELECT dialog_id FROM dialog_messages WHERE uuid = %s) ORDER BY seq",
            [first_message],
        ).fetchall()


def test_every_message_once_and_in_order_through_three_kills(shop, running_stack):
    visitors, operator = asyncio.run(converse(shop, running_stack))

    assert all(visitor.connections >= 2 for visitor in visitors)  # the web server was really gone
    for visitor in visitors:
        rows = stored(running_stack, visitor.screen[0]["uuid"])
        assert [seq for seq, _, _ in rows] == list(range(1, len(rows) + 1))
        assert [text for _, sender, text in rows if sender == "customer"] == visitor.said
        assert [(m["seq"], m["sender"], m["text"]) for m in visitor.screen] == rows
        assert rows[-1][1] != "customer"  # nobody is left without an answer
    first = stored(running_stack, visitors[0].screen[0]["uuid"])
    assert [text for _, sender, text in first if sender == "operator"] == [f"Ответ {n}" for n in range(ROUNDS)]
    assert [(m["seq"], m["text"]) for m in operator.screen] == [(seq, text) for seq, _, text in first]
