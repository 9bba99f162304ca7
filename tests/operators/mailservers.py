"""An IMAP and an SMTP server on loopback: they speak the real protocols, keep what they get and fail on demand."""

import base64
import re
import socketserver
import threading
from contextlib import contextmanager

PASSWORD = "right"
LITERAL = re.compile(rb"\{(\d+)\}$")


class Mailbox:
    """What a test sees of both servers."""

    def __init__(self):
        self.validity, self.letters, self.sent = 1, {}, []
        self.faults = []  # answers to come instead of taking a letter: (code, words), or "drop" after DATA
        self.imap = self.smtp = ""

    def put(self, content, uid=None):
        """Lay a letter into the inbox."""
        self.letters[uid or max(self.letters, default=0) + 1] = content.replace("\n", "\r\n").encode()

    def credentials(self, password=PASSWORD):
        """Return what a shop would type in."""
        return {
            "address": "help@lavka.example",
            "username": "help@lavka.example",
            "password": password,
            "imap_host": self.imap,
            "smtp_host": self.smtp,
        }


class Imap(socketserver.StreamRequestHandler):
    """RFC 3501 as far as a reader needs it."""

    def handle(self):
        self.say("* OK ready")
        while line := self.rfile.readline():
            line = line.rstrip(b"\r\n")
            while found := LITERAL.search(line):
                self.say("+ go on")
                line = line[: found.start()] + self.rfile.read(int(found[1])) + self.rfile.readline().rstrip(b"\r\n")
            tag, command, *rest = line.decode().split(" ", 2)
            if not getattr(self, f"do_{command.lower()}")(tag, rest[0] if rest else ""):
                return

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def do_capability(self, tag, _):
        self.say("* CAPABILITY IMAP4rev1")
        self.say(f"{tag} OK done")
        return True

    def do_login(self, tag, words):
        self.say(f"{tag} OK in" if words.rstrip('"').endswith(PASSWORD) else f"{tag} NO [AUTHENTICATIONFAILED] no")
        return True

    def do_examine(self, tag, _):
        box = self.server.mailbox
        self.say(f"* {len(box.letters)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {box.validity}] valid")
        self.say(f"{tag} OK [READ-ONLY] done")
        return True

    def do_uid(self, tag, words):
        box = self.server.mailbox
        verb, rest = words.split(" ", 1)
        if verb == "SEARCH":
            first = int(re.search(r"UID (\d+):\*", rest)[1])
            top = max(box.letters, default=0)
            found = [uid for uid in sorted(box.letters) if uid >= first or uid == top]  # "n:*" always names the last
            self.say("* SEARCH " + " ".join(map(str, found)))
        else:
            uid = int(rest.split()[0])
            content = box.letters[uid]
            if "RFC822.SIZE" in rest:
                self.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(content)})")
            else:
                cut = re.search(r"<0\.(\d+)>", rest)
                content = content[: int(cut[1])] if cut else content
                self.wfile.write(
                    f"* {uid} FETCH (UID {uid} BODY[] {{{len(content)}}}\r\n".encode() + content + b")\r\n"
                )
        self.say(f"{tag} OK done")
        return True

    def do_logout(self, tag, _):
        self.say("* BYE")
        self.say(f"{tag} OK bye")
        return False


class Smtp(socketserver.StreamRequestHandler):
    """RFC 5321 with AUTH PLAIN."""

    def handle(self):
        box = self.server.mailbox
        self.say("220 lavka.example")
        sender = recipient = ""
        while line := self.rfile.readline():
            words = line.decode().strip()
            verb = words[:4].upper()
            if verb in {"EHLO", "HELO"}:
                self.say("250-lavka.example\r\n250 AUTH PLAIN LOGIN")
            elif verb == "AUTH":
                given = base64.b64decode(words.split()[2]).decode()
                self.say("235 in" if given.endswith(f"\0{PASSWORD}") else "535 no")
            elif verb == "MAIL":
                sender = words
                self.say("250 ok")
            elif verb == "RCPT":
                recipient = re.search(r"<(.*?)>", words)[1]
                self.say("250 ok")
            elif verb == "DATA":
                if not self.take(box, sender, recipient):
                    return
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self, box, sender, recipient):
        fault = box.faults.pop(0) if box.faults else None
        if isinstance(fault, tuple):
            self.say(f"{fault[0]} {fault[1]}")
            return True
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b"."))
        box.sent.append((recipient, b"".join(lines)))
        if fault == "drop":
            return False
        self.say("250 taken")
        return True

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True


@contextmanager
def mail_servers():
    """Run both for a while."""
    box = Mailbox()
    servers = []
    for handler in (Imap, Smtp):
        server = _Server(("127.0.0.1", 0), handler)
        server.mailbox = box
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
    box.imap, box.smtp = (f"plain://127.0.0.1:{server.server_address[1]}" for server in servers)
    try:
        yield box
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
