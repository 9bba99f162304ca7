"""Telegram and WhatsApp on loopback: they speak the real protocols, keep a journal and fail on demand."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from config.wbsandbox import multipart


@dataclass
class Messenger:
    """What a test sees of a fake: its address, what it was asked, and which answers it gives instead of good ones."""

    url: str = ""
    calls: list = field(default_factory=list)
    faults: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    updates: list = field(default_factory=list)
    message_ids: int = 100
    webhook: dict = field(default_factory=dict)

    def of(self, method):
        """Return what was asked of one method."""
        return [parameters for name, parameters in self.calls if name == method]

    def fail(self, method, *answers):
        """Give these ``(status, body)`` first; a body of None drops the connection."""
        self.faults.setdefault(method, []).extend(answers)

    def next_id(self):
        self.message_ids += 1
        return self.message_ids


SENDING = {"sendMessage", "sendPhoto", "sendDocument", "sendAnimation", "sendAudio", "sendVideo"}


def telegram_answer(state, path, parameters):
    token, _, method = path.removeprefix("/bot").partition("/")
    state.calls.append((method, parameters))
    if faults := state.faults.get(method):
        return faults.pop(0)
    if not token.split(":")[0].isdigit():
        return 404, {"ok": False, "error_code": 404, "description": "Not Found"}
    if method == "setWebhook":
        state.webhook = parameters
    if method == "deleteWebhook":
        state.webhook = {}
    results = {
        "getMe": {"id": int(token.split(":")[0]), "is_bot": True, "first_name": "Лавка", "username": "lavka_bot"},
        **({method: {"message_id": state.next_id()}} if method in SENDING else {}),
        "getWebhookInfo": {"url": state.webhook.get("url", ""), "pending_update_count": 0},
        "getFile": {"file_id": parameters.get("file_id"), "file_path": f"voice/{parameters.get('file_id')}.oga"},
        "getUpdates": [u for u in state.updates if u["update_id"] >= parameters.get("offset", 0)],
    }
    return 200, {"ok": True, "result": results.get(method, True)}


def graph_answer(state, path, parameters):
    name = path.split("?")[0].split("/", 2)[2]
    method = name.rpartition("/")[2] if name.endswith(("/messages", "/media")) else name
    state.calls.append((method, parameters))
    if faults := state.faults.get(method):
        return faults.pop(0)
    if method == "messages":
        sent = {"messaging_product": "whatsapp", "messages": [{"id": f"wamid.{state.next_id()}"}]}
        return 200, sent
    if method == "media":
        return 200, {"id": f"media-{state.next_id()}"}
    if name in state.files:
        return 200, {"id": name, "url": f"{state.url}/file/{name}", "file_size": len(state.files[name])}
    return 200, {"id": name, "display_phone_number": "+7 999 000-11-22", "verified_name": "Лавка"}


def read_body(content_type, body):
    """Return the fields of a request; its file, if it has one, is ``file``: name and content."""
    if not content_type.startswith("multipart/"):
        return json.loads(body or b"{}")
    fields, files = multipart.read(content_type, body)
    return {**fields, "file": files[0]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        state, speak = self.server.state, self.server.speak
        length = int(self.headers.get("Content-Length") or 0)
        parameters = read_body(self.headers.get("Content-Type", ""), self.rfile.read(length))
        if self.path.startswith("/file/"):
            content = state.files.get(self.path.rsplit("/", 1)[1])
            self.reply(200 if content is not None else 404, content or b"")
            return
        status, body = speak(state, self.path, parameters)
        if body is None:
            self.close_connection = True
            return
        self.reply(status, json.dumps(body).encode())

    do_GET = do_POST = answer  # noqa: N815 -- the library's names

    def reply(self, status, content):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        """Keep quiet."""


def serve(speak):
    """Start a fake and yield its state; a generator for fixtures."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.speak, server.state = speak, Messenger(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.state
    server.shutdown()
    server.server_close()
    thread.join()
