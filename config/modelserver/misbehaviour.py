"""How the server fails when a rule says so."""

import asyncio
import json
from typing import Any

from config.modelserver import shapes
from config.modelserver.faults import Rule
from config.modelserver.http import Reply

PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"


async def replace(rule: Rule, path: str, payload: dict[str, Any], reply: Reply) -> bool:
    """Fail instead of answering; says whether it did."""
    streams, at_once = bool(payload.get("stream")), rule.at_chunk == 0
    if rule.action == "status":
        await _status(rule, reply)
    elif rule.action == "hang" and at_once:
        await reply.until_gone()
    elif rule.action == "reset" and at_once:
        reply.reset()
    elif rule.action == "html":
        await reply.send(200, PAGE, content_type="text/html; charset=utf-8")
    elif rule.action == "garbage" and not streams:
        await reply.send(200, b'{"id": "x", "choices": [{"index": 0, "mess')
    elif rule.action == "schema":
        await _as_stream_or_whole({"hello": "world"}, reply, streams=streams)
    elif rule.action == "empty":
        await _as_stream_or_whole(_empty(path, streams=streams), reply, streams=streams)
    else:
        return False
    return True


async def interrupt(rule: Rule, number: int, reply: Reply) -> None:
    """Fail before the chunk ``number`` of a stream."""
    if rule.action == "drip":
        await _drip(rule, reply)
    if number != rule.at_chunk:
        return
    if rule.action == "hang":
        await reply.until_gone()
        raise ConnectionResetError
    if rule.action == "reset":
        await asyncio.sleep(0.05)  # a reset may overtake what was sent; let it arrive
        reply.reset()
        raise ConnectionResetError
    if rule.action == "cut":
        await reply.close_stream()
        reply.hang_up_gently()
        raise ConnectionResetError
    if rule.action == "garbage":
        await reply.chunk(b'data: {"id": "chatcmpl-x", "choices": [{"delta": {"content": \n\n')


def text_of(rule: Rule) -> str | None:
    """Return the text this rule puts in place of an answer."""
    if rule.action == "huge":
        return "слово " * (rule.bytes // len("слово ".encode()))
    if rule.action == "say":
        return str(rule.body)
    return "" if rule.action == "blank" else None


async def send_whole(rule: Rule | None, reply: Reply, body: dict[str, Any], identifier: str) -> None:
    """Send a whole answer, byte by byte if the rule drips."""
    headers = {"x-request-id": identifier}
    if rule is None or rule.action != "drip":
        await reply.json(200, body, headers)
        return
    await reply.open_stream({**headers, "Content-Type": "application/json"})
    for byte in json.dumps(body).encode():
        await reply.chunk(bytes((byte,)))
        await asyncio.sleep(rule.seconds)
    await reply.close_stream()


async def _status(rule: Rule, reply: Reply) -> None:
    headers = {"Retry-After": rule.retry_after} if rule.retry_after is not None else None
    if isinstance(rule.body, str):
        await reply.send(rule.status, rule.body.encode(), content_type="text/plain", headers=headers)
        return
    body = rule.body or shapes.error(f"Failure {rule.status} on demand.", kind="server_error", code=rule.code)
    await reply.json(rule.status, body, headers)


async def _drip(rule: Rule, reply: Reply) -> None:
    if rule.unit == "chunk":
        await asyncio.sleep(rule.seconds)
        return
    while True:  # a comment that never ends: bytes flow, no event ever comes
        await reply.chunk(b":")
        await asyncio.sleep(rule.seconds)


async def _as_stream_or_whole(body: dict[str, Any], reply: Reply, *, streams: bool) -> None:
    if not streams:
        await reply.json(200, body)
        return
    await reply.open_stream()
    await reply.event(body)
    await reply.event("[DONE]")
    await reply.close_stream()


def _empty(path: str, *, streams: bool) -> dict[str, Any]:
    if path == "/embeddings":
        return {
            "object": "list",
            "model": shapes.EMBEDDING_MODEL,
            "data": [],
            "usage": {"prompt_tokens": 0, "total_tokens": 0},
        }
    if streams:
        return shapes.chunk("empty", shapes.CHAT_MODEL, None)
    return {**shapes.completion("empty", shapes.CHAT_MODEL, "", "stop", shapes.usage(1, 0)), "choices": []}
