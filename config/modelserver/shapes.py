"""Answers in the shapes the OpenAI API gives them."""

import base64
import itertools
import struct
import time
from typing import Any, Final

from config.modelserver import lexhash

CHAT_MODEL: Final = "otklik-quote-1"
EMBEDDING_MODEL: Final = lexhash.MODEL
FINGERPRINT: Final = "extractive-quotes-no-language-model"
CREATED: Final = 1_763_596_800
_numbers = itertools.count(1)


def request_id() -> str:
    """Return an id for the next answer."""
    return f"{time.time_ns():x}{next(_numbers):x}"


def models() -> dict[str, Any]:
    """Return the list of models."""
    names = (CHAT_MODEL, EMBEDDING_MODEL)
    return {
        "object": "list",
        "data": [{"id": name, "object": "model", "created": CREATED, "owned_by": "otklik"} for name in names],
    }


def usage(prompt_tokens: int, completion_tokens: int) -> dict[str, int]:
    """Return the usage of a chat answer."""
    total = prompt_tokens + completion_tokens
    return {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens, "total_tokens": total}


def completion(identifier: str, model: str, text: str, finish: str, used: dict[str, int]) -> dict[str, Any]:
    """Return a whole chat answer."""
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": f"chatcmpl-{identifier}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": FINGERPRINT,
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": used,
    }


def chunk(identifier: str, model: str, delta: dict[str, Any] | None, finish: str | None = None) -> dict[str, Any]:
    """Return one streamed piece of a chat answer; without a delta, a piece without choices."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]
    return {
        "id": f"chatcmpl-{identifier}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": FINGERPRINT,
        "choices": choices,
    }


def embeddings(model: str, vectors: list[list[float]], *, as_base64: bool, tokens: int) -> dict[str, Any]:
    """Return vectors, as numbers or as base64 of little-endian float32."""
    return {
        "object": "list",
        "model": model,
        "data": [
            {"object": "embedding", "index": index, "embedding": _packed(vector) if as_base64 else vector}
            for index, vector in enumerate(vectors)
        ],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def error(message: str, *, kind: str = "invalid_request_error", code: str | None = None) -> dict[str, Any]:
    """Return a refusal."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _packed(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
