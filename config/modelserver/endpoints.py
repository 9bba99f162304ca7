"""What the server answers at each address."""

import asyncio
import re
import time
from typing import Any, Final, NamedTuple

from config.modelserver import lexhash, misbehaviour, shapes, tokens
from config.modelserver.answer import answer
from config.modelserver.faults import Faults, Rule
from config.modelserver.http import Reply, Request
from config.modelserver.prompt import read

PIECE: Final = re.compile(r"\s*\S+|\s+$")
MAX_INPUTS: Final = 2048
MAX_DIMS: Final = 8192


class Refused(Exception):
    """The request is well-formed HTTP and not a good API call."""

    def __init__(self, message: str, *, status: int = 400, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Answered(NamedTuple):
    """A chat answer on its way out."""

    identifier: str
    model: str
    text: str
    finish: str
    used: dict[str, int]


class ModelServer:
    """Chat completions, embeddings, models; with ``faults``, failures on demand."""

    def __init__(self, *, delay: float, faults: Faults | None = None) -> None:
        self.delay = delay
        self.faults = faults

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        try:
            await self._route(request, reply)
        except Refused as error:
            await reply.json(error.status, shapes.error(str(error), code=error.code))

    async def _route(self, request: Request, reply: Reply) -> None:
        path = request.path.rstrip("/").removeprefix("/v1")
        if request.method == "GET" and path in ("/healthz", "/models"):
            await reply.json(200, {"status": "ok"} if path == "/healthz" else shapes.models())
        elif self.faults is not None and path in ("/__faults", "/__journal"):
            await self._steer(self.faults, request, reply)
        elif path not in ("/chat/completions", "/embeddings"):
            raise Refused("There is nothing at this address.", status=404, code="unknown_url")
        elif request.method != "POST":
            raise Refused("This address takes POST.", status=405)
        else:
            await self._obey(path, request, reply)

    async def _obey(self, path: str, request: Request, reply: Reply) -> None:
        payload = _payload(request)
        entry: dict[str, Any] = {}
        rule = None
        if self.faults is not None:
            entry, rule = self.faults.enter(request, payload)
        try:
            if rule is None or not await misbehaviour.replace(rule, path, payload, reply):
                await (self._chat if path == "/chat/completions" else self._embed)(payload, reply, rule, entry)
        finally:
            entry["client_gone"] = reply.is_gone

    async def _steer(self, faults: Faults, request: Request, reply: Reply) -> None:
        listed = faults.rules if request.path.endswith("__faults") else faults.journal
        if request.method == "DELETE":
            listed.clear()
        elif request.method == "POST" and listed is faults.rules:
            try:
                faults.add(request.json())
            except (TypeError, ValueError) as error:
                raise Refused(f"These rules cannot be read: {error}") from error
        await reply.json(200, faults.journal if listed is faults.journal else {"rules": len(faults.rules)})

    async def _chat(self, payload: dict[str, Any], reply: Reply, rule: Rule | None, entry: dict[str, Any]) -> None:
        model, messages = self._model(payload, shapes.CHAT_MODEL), _messages(payload)
        text = misbehaviour.text_of(rule) if rule else None
        text = answer(read(messages)) if text is None else text
        text, finish = (text, "stop") if rule and rule.action == "huge" else _limited(text, payload)
        contents = [str(message.get("content") or "") for message in messages]
        used = shapes.usage(tokens.count_messages(contents), tokens.count(text))
        answered = Answered(shapes.request_id(), model, text, finish, used)
        if payload.get("stream"):
            wants_usage = bool((payload.get("stream_options") or {}).get("include_usage"))
            await self._stream(answered, reply, rule, entry, wants_usage=wants_usage)
            return
        body = shapes.completion(answered.identifier, model, text, finish, used)
        if rule and rule.action == "no_usage":
            del body["usage"]
        await misbehaviour.send_whole(rule, reply, body, answered.identifier)

    async def _stream(
        self, answered: Answered, reply: Reply, rule: Rule | None, entry: dict[str, Any], *, wants_usage: bool
    ) -> None:
        """Send the text word by word, at the pace of the clock rather than of sleep's rounding."""
        identifier, model = answered.identifier, answered.model
        await reply.open_stream({"x-request-id": identifier})
        await reply.event(shapes.chunk(identifier, model, {"role": "assistant", "content": ""}))
        started = time.monotonic()
        for number, piece in enumerate(PIECE.findall(answered.text)):
            if rule:
                await misbehaviour.interrupt(rule, number, reply)
            await reply.event(shapes.chunk(identifier, model, {"content": piece}))
            entry["chunks"] = number + 1
            ahead = started + (number + 1) * self.delay - time.monotonic()
            if ahead > 0:
                await asyncio.sleep(ahead)
        await reply.event(shapes.chunk(identifier, model, {}, answered.finish))
        if wants_usage and not (rule and rule.action == "no_usage"):
            await reply.event({**shapes.chunk(identifier, model, None), "usage": answered.used})
        await reply.event("[DONE]")
        await reply.close_stream()

    async def _embed(self, payload: dict[str, Any], reply: Reply, rule: Rule | None, _entry: dict[str, Any]) -> None:
        model, texts = self._model(payload, shapes.EMBEDDING_MODEL), _texts(payload)
        dims = lexhash.DIMS if payload.get("dimensions") is None else payload["dimensions"]
        if not isinstance(dims, int) or not 1 <= dims <= MAX_DIMS:
            raise Refused("dimensions is out of range.")
        vectors = []
        for text in texts:
            vectors.append(lexhash.embed(text, dims))
            await asyncio.sleep(0)  # others may stream meanwhile
        as_base64 = payload.get("encoding_format") == "base64"
        body = shapes.embeddings(model, vectors, as_base64=as_base64, tokens=sum(tokens.count(text) for text in texts))
        await misbehaviour.send_whole(rule, reply, body, shapes.request_id())

    def _model(self, payload: dict[str, Any], ours: str) -> str:
        """Return the model's name; a server that plays providers for tests takes any."""
        name = payload.get("model")
        if not isinstance(name, str) or not name:
            raise Refused("model is missing.")
        if name != ours and self.faults is None:
            raise Refused(f"The model {name!r} does not exist here.", status=404, code="model_not_found")
        return name


def _payload(request: Request) -> dict[str, Any]:
    try:
        payload = request.json()
    except (ValueError, RecursionError) as error:
        raise Refused("The body is not JSON.") from error
    if not isinstance(payload, dict):
        raise Refused("The body is not an object.")
    return payload


def _messages(payload: dict[str, Any]) -> list[dict[str, Any]]:
    messages = payload.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(message, dict) for message in messages):
        raise Refused("messages is missing.")
    return messages


def _texts(payload: dict[str, Any]) -> list[str]:
    given = payload.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise Refused("input is missing.")
    if len(texts) > MAX_INPUTS:
        raise Refused("input has too many texts.")
    return texts


def _limited(text: str, payload: dict[str, Any]) -> tuple[str, str]:
    """Cut ``text`` to the tokens allowed; says how it finished."""
    limit = payload.get("max_completion_tokens") or payload.get("max_tokens")
    if not isinstance(limit, int) or tokens.count(text) <= limit:
        return text, "stop"
    kept = ""
    for piece in PIECE.findall(text):
        if tokens.count(kept + piece) > limit:
            break
        kept += piece
    return kept, "length"
