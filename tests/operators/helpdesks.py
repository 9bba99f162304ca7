"""Jira Cloud and Zendesk on loopback: they speak the real protocols, keep what is made and fail on demand."""

import base64
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKENS = {"me@lavka.example:right", "me@lavka.example/token:right"}


class HelpDesk:
    """What a test sees: the address, what was asked, what was made, and the faults still to come."""

    def __init__(self, url):
        self.url, self.asked, self.made, self.faults, self.keys = url, [], [], [], {}
        self.comments, self.status = [], "new"

    def of(self, method):
        return [path for verb, path, _ in self.asked if verb == method]


JIRA = {
    "new": {"name": "К выполнению", "statusCategory": {"key": "new"}},
    "indeterminate": {"name": "В работе", "statusCategory": {"key": "indeterminate"}},
    "done": {"name": "Готово", "statusCategory": {"key": "done"}},
}


def jira(desk, method, path, query, body, headers):  # noqa: PLR0911 -- one return per address
    kinds = [{"id": "3", "name": "Sub-task", "subtask": True}, {"id": "7", "name": "Задача", "subtask": False}]
    known = {
        "/rest/api/3/myself": {"accountId": "5b10a2844c20165700ede21g"},
        "/rest/api/3/project/SUP": {"id": "10000", "key": "SUP"},
        "/rest/api/3/issue/createmeta/SUP/issuetypes": {"issueTypes": kinds},
    }
    if path in known:
        return 200, known[path]
    if path.endswith("/comment"):
        if method == "GET":
            return 200, {"comments": [{"id": str(n), "body": each} for n, each in enumerate(desk.comments, 1)]}
        desk.comments.append(body["body"])
        return 201, {"id": str(len(desk.comments))}
    if path.endswith("/transitions"):
        if method == "GET":
            return 200, {"transitions": [{"id": kind, "to": JIRA[kind]} for kind in JIRA if kind != desk.status]}
        desk.status = body["transition"]["id"]
        return 204, None
    if method == "GET" and path.startswith("/rest/api/3/issue/SUP-"):
        return 200, {"key": path.rpartition("/")[2], "fields": {"status": JIRA[desk.status]}}
    if path == "/rest/api/3/search/jql":
        wanted = query["jql"][0].split('"')[1]
        issues = [made for made in desk.made if wanted in made["fields"]["labels"]]
        return 200, {"issues": [{"id": "1", "key": f"SUP-{desk.made.index(i) + 1}", "fields": {}} for i in issues]}
    if (method, path) == ("POST", "/rest/api/3/issue"):
        if body["fields"]["description"]["type"] != "doc" or body["fields"]["issuetype"]["id"] != "7":
            return 400, {"errors": {"description": "Operation value must be an Atlassian Document"}}
        desk.made.append(body)
        number = len(desk.made)
        return 201, {"id": str(number), "key": f"SUP-{number}", "self": f"{desk.url}/rest/api/3/issue/{number}"}
    return 404, {"errorMessages": ["No such thing"]}


def zendesk(desk, method, path, query, body, headers):
    if path == "/api/v2/users/me.json":
        return 200, {"user": {"id": 7, "role": "agent"}}
    if path.endswith("/comments.json"):
        return 200, {"comments": [{"id": n, "body": each} for n, each in enumerate(desk.comments, 1)]}
    if method == "PUT":
        desk.status = body["ticket"].get("status", desk.status)
        desk.comments += [body["ticket"]["comment"]["body"]] if "comment" in body["ticket"] else []
        return 200, {"ticket": {"id": 1, "status": desk.status}}
    if (method, path) == ("GET", "/api/v2/tickets.json"):
        rows = [row for row in desk.made if row["external_id"] == query["external_id"][0]]
        return 200, {"tickets": [{"id": desk.made.index(row) + 1, "status": "new"} for row in rows]}
    if (method, path) == ("POST", "/api/v2/tickets.json"):
        number = desk.keys.setdefault(headers["Idempotency-Key"], len(desk.made) + 1)
        if number > len(desk.made):
            desk.made.append(body["ticket"])
        return 201, {"ticket": {"id": number, "status": "new"}}
    return 404, {"error": "RecordNotFound"}


@contextmanager
def helpdesk(speak):
    """Serve one; a fault is ``(method, status, headers)``, and status None makes the ticket and drops the answer."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            parts = urlsplit(self.path)
            desk.asked.append((self.command, parts.path, body))
            user = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            if user not in TOKENS:
                self.reply(401, {})
                return
            if desk.faults and desk.faults[0][0] == self.command:
                _, status, headers = desk.faults.pop(0)
                if status is None:
                    speak(desk, self.command, parts.path, parse_qs(parts.query), body, self.headers)
                    self.close_connection = True
                    return
                self.reply(status, {"error": "so it is"}, headers)
                return
            self.reply(*speak(desk, self.command, parts.path, parse_qs(parts.query), body, self.headers))

        do_GET = do_POST = do_PUT = answer  # noqa: N815 -- the library's names

        def reply(self, status, content, headers=()):
            raw = b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            for name, value in dict(headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_):
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    desk = HelpDesk(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
