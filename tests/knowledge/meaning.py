"""An embedding provider on loopback that understands what it was taught, and nothing else."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from knowledge.paraphrases import ENGLISH, RUSSIAN

DIMS = 64


class Understanding:
    """Texts that mean the same get nearly the same vector; the rest get vectors of their own."""

    def __init__(self, *, languages: tuple[str, ...] = ("ru", "en")) -> None:
        self.meanings: dict[str, str] = {}
        self.requests: list[list[str]] = []
        self.prompts: list[list[dict[str, str]]] = []
        self.answers: list[str] = []
        for language, triples in (("ru", RUSSIAN), ("en", ENGLISH)):
            if language in languages:
                for number, (question, same, _) in enumerate(triples):
                    self.teach(f"{language}{number}", question, same)

    def teach(self, meaning: str, *parts: str) -> None:
        """Let every text that contains one of ``parts`` have a meaning."""
        for part in parts:
            self.meanings[part] = meaning

    def vector(self, text: str) -> list[float]:
        """Return the vector of a text."""
        meaning = next((meaning for part, meaning in self.meanings.items() if part in text), None)
        vector = noise(text) if meaning is None else noise(f"meaning {meaning}") + 0.2 * noise(text)
        return [float(value) for value in vector / np.linalg.norm(vector)]


def noise(text: str) -> Any:
    """Return a random direction that depends on the text alone."""
    seed = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
    vector = np.random.default_rng(seed).normal(size=DIMS)
    return vector / np.linalg.norm(vector)


@contextmanager
def provider(understanding: Understanding) -> Iterator[str]:
    """Serve ``/v1/embeddings`` and ``/v1/chat/completions``; the value is the base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.endswith("/chat/completions"):
                self.chat(body)
                return
            texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
            understanding.requests.append(texts)
            rows = [
                {"object": "embedding", "index": n, "embedding": understanding.vector(text)}
                for n, text in enumerate(texts)
            ]
            answer = {"object": "list", "data": rows, "model": body["model"], "usage": {"prompt_tokens": 1}}
            payload = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def chat(self, body: dict[str, Any]) -> None:
            """Stream the next of the answers, or fail when there is none."""
            understanding.prompts.append(body["messages"])
            self.send_response(200 if understanding.answers else 500)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            if not understanding.answers:
                return
            text = understanding.answers.pop(0)
            for delta, reason in (({"role": "assistant", "content": text}, None), ({}, "stop")):
                choice = {"index": 0, "delta": delta, "finish_reason": reason}
                event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
                self.wfile.write(f"data: {json.dumps(event | {'choices': [choice]})}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
