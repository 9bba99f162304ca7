"""The operators' live connection (docs/console.md)."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final
from uuid import UUID

from channels.db import database_sync_to_async
from django.utils import translation
from django.utils.timezone import now
from rest_framework.exceptions import NotFound

from accounts.enums import Role
from accounts.errors import RoleRequired
from accounts.models import Tenant, User
from accounts.services import require_role
from config.consumers import TOO_SLOW, UNAUTHORISED, CommandConsumer, command
from dialogs.events import HANDLER, group_of
from dialogs.models import Dialog
from operators import reports
from operators.api import commands
from operators.desks import Desk
from operators.enums import PresenceStatus
from operators.services import attending, conducting, noting

HELLO_WITHIN_SECONDS: Final = 10
HEARTBEAT_SECONDS: Final = 15
FOLLOW_AGAIN_BEATS: Final = 40  # group membership ends after a day; this is every ten minutes
FORBIDDEN: Final = 4403


class ConsoleConsumer(CommandConsumer):
    """One operator's page: commands in, hints out, the database in between.

    Whether the person may be here is asked anew for every command.
    """

    tenant: Tenant | None = None
    dialog_id: int | None = None
    language = "ru"
    _open_uuid = ""
    _seen = 0
    _desk: Desk | None = None
    _tasks: set["asyncio.Task[None]"]

    async def connect(self) -> None:
        """Accept a person who is logged in, and give the page ten seconds to say which shop it shows."""
        await self.accept()
        self._tasks = set()
        if not self.scope["user"].is_authenticated:
            await self.close(code=UNAUTHORISED)
            return
        self._start(self._keep_alive())

    async def disconnect(self, code: int) -> None:
        """Leave all groups; the heartbeats end, and with them, after a while, the presence."""
        for task in getattr(self, "_tasks", ()):
            task.cancel()
        if self._desk:
            self._desk.leave(self)
        if self.dialog_id:
            await self.channel_layer.group_discard(group_of(self.dialog_id), self.channel_name)

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        """Obey only ``hello`` at first, and afterwards only those who may still be here."""
        if self.tenant is None and content.get("command") != "hello":
            await self.close(code=UNAUTHORISED)
            return
        if self.tenant and not await database_sync_to_async(self._is_allowed)(self.tenant):
            await self.close(code=FORBIDDEN)
            return
        with translation.override(self.language):
            await super().receive_json(content, **kwargs)

    async def dialog_event(self, message: dict[str, Any]) -> None:
        """Turn a hint into what the page needs to know."""
        event = message["event"]
        if event["type"] == "message":
            await self._send_missed(changed=event["seq"])
        elif event["type"] == "state":
            await self._send_marks()
        elif event["type"] in {"typing", "shown", "run"}:
            await self.send_json({**event, "dialog": self._open_uuid})

    @command(commands.Hello)
    async def hello(self, *, tenant: UUID, language: str) -> None:
        """Begin: say who one is, and show what waits."""
        self.language = language
        found = await Tenant.objects.filter(uuid=tenant, is_active=True).afirst()
        if found is None or not await database_sync_to_async(self._is_allowed)(found):
            await self.close(code=FORBIDDEN)
            return
        self.tenant = found
        self._desk = await Desk.join(self, found)
        with translation.override(language):
            await self.send_json({"type": "ready", **await database_sync_to_async(self._greeting)(found)})

    @command(commands.Nothing)
    def heartbeat(self) -> None:
        """Note that the page is alive: it answers the server's heartbeats, which sleeping tabs do too."""
        attending.beat(self._tenant, self._user, at=now())

    @command(commands.Queue)
    def queue(self, *, queue: str, search: str, offset: int) -> dict[str, Any]:
        """Show a page of a queue, or of what is found in it."""
        rows = reports.queue(self._tenant, self._user, queue, search=search, offset=offset)
        return {"queue": queue, "rows": rows, "counts": self._counts(), "is_last": len(rows) < reports.PAGE}

    @command(commands.Open)
    async def open(self, *, dialog: UUID, after_seq: int) -> dict[str, Any]:
        """Follow a conversation and show it from a number on."""
        found = await database_sync_to_async(self._dialog)(dialog)
        await self._follow(found)
        shown: dict[str, Any] = await database_sync_to_async(reports.thread)(found, after=after_seq)
        self._seen = max([after_seq, *(message["seq"] for message in shown["messages"])])
        return shown

    @command(commands.Earlier)
    def earlier(self, *, dialog: UUID, before_seq: int) -> dict[str, Any]:
        """Show what was said before."""
        return {"messages": reports.messages_before(self._dialog(dialog), before_seq)}

    @command(commands.OfDialog)
    def take(self, *, dialog: UUID) -> dict[str, Any]:
        """Take a conversation."""
        attending.beat(self._tenant, self._user, at=now())
        return self._moved(dialog, conducting.take, operator=self._user)

    @command(commands.Post)
    def post(self, *, dialog: UUID, client_id: str, text: str, files: list[UUID]) -> dict[str, Any]:
        """Write to the customer."""
        found = self._dialog(dialog)
        message = conducting.say(found, operator=self._user, text=text, client_id=client_id, files=files, at=now())
        return {"message": reports.message(message)}

    @command(commands.Note)
    def note(self, *, dialog: UUID, client_id: str, text: str) -> dict[str, Any]:
        """Leave a note for colleagues, in charge or not."""
        found = self._dialog(dialog)
        noting.leave_note(found, author=self._user, text=text, client_id=client_id, at=now())
        return {"marks": reports.marks(found)}

    @command(commands.Transfer)
    def transfer(self, *, dialog: UUID, to: UUID | None, note: str) -> dict[str, Any]:
        """Pass a conversation to a colleague, or back to the queue."""
        colleague = User.objects.filter(uuid=to, memberships__tenant=self._tenant).first() if to else None
        if to and colleague is None:
            raise NotFound
        return self._moved(dialog, conducting.pass_on, by=self._user, to=colleague, note=note)

    @command(commands.OfDialog)
    def release(self, *, dialog: UUID) -> dict[str, Any]:
        """Put a conversation back into the queue."""
        return self._moved(dialog, conducting.pass_on, by=self._user)

    @command(commands.Return)
    def give_back(self, *, dialog: UUID, instruction: str) -> dict[str, Any]:
        """Let the assistant go on, by an instruction."""
        return self._moved(dialog, conducting.return_to_assistant, by=self._user, instruction=instruction)

    @command(commands.OfDialog)
    def resolve(self, *, dialog: UUID) -> dict[str, Any]:
        """End a conversation that is solved."""
        return self._moved(dialog, conducting.finish, by=self._user)

    @command(commands.OfDialog)
    async def typing(self, *, dialog: UUID) -> None:
        """Tell the customer that somebody writes."""
        found = await database_sync_to_async(self._dialog)(dialog)
        if found.assigned_operator_id == self._user.pk:
            event = {"type": "typing", "sender": "operator"}
            await self.channel_layer.group_send(group_of(found.pk), {"type": HANDLER, "event": event})

    @command(commands.Nothing)
    def colleagues(self) -> dict[str, Any]:
        """Show who else is at the desk."""
        return {"people": reports.colleagues(self._tenant, self._user, at=now())}

    @command(commands.Status)
    def status(self, *, status: str) -> dict[str, Any]:
        """Be online or busy."""
        attending.set_status(self._tenant, self._user, PresenceStatus(status), at=now())
        return {"me": reports.desk(self._tenant, self._user)}

    @property
    def _user(self) -> User:
        user: User = self.scope["user"]
        return user

    @property
    def _tenant(self) -> Tenant:
        if self.tenant is None:
            raise NotFound
        return self.tenant

    def _is_allowed(self, tenant: Tenant) -> bool:
        """Say whether the person is still logged in and an operator; the one question before every command."""
        session = self.scope["session"]
        person = User.objects.filter(pk=self.scope["user"].pk).first()
        if person is None or not session.session_key or not session.exists(session.session_key):
            return False
        try:
            require_role(person, tenant, Role.OPERATOR)
        except RoleRequired:
            return False
        self.scope["user"] = person
        return True

    def _dialog(self, uuid: UUID) -> Dialog:
        """Return a dialog of the shop; somebody else's does not exist."""
        ours = Dialog.objects.visible_to(self._user).of(self._tenant)
        found = ours.select_related("contact", "tenant", "assigned_operator").filter(uuid=uuid).first()
        if found is None:
            raise NotFound
        return found

    def _moved(self, uuid: UUID, verb: Any, **facts: Any) -> dict[str, Any]:
        dialog = self._dialog(uuid)
        verb(dialog, at=now(), **facts)
        fresh = Dialog.objects.filter(pk=dialog.pk)
        return {"row": reports.rows_of(fresh)[0], **self._standing()}

    def _counts(self) -> dict[str, int]:
        return reports.counts(self._tenant, self._user)

    def _greeting(self, tenant: Tenant) -> dict[str, Any]:
        attending.beat(tenant, self._user, at=now())
        canned = reports.canned_replies(tenant)
        team = [person.get_full_name() for person in noting.team(tenant) if person.pk != self._user.pk]
        return {**self._standing(), "canned": canned, "team": team}

    async def _follow(self, dialog: Dialog) -> None:
        self._open_uuid = str(dialog.uuid)
        if dialog.pk == self.dialog_id:
            return
        if self.dialog_id:
            await self.channel_layer.group_discard(group_of(self.dialog_id), self.channel_name)
        self.dialog_id = dialog.pk
        await self.channel_layer.group_add(group_of(dialog.pk), self.channel_name)

    async def show_rows(self, frame: str) -> None:
        """Send the rows of conversations that changed, encoded once for all pages."""
        await self.send(text_data=frame)

    async def show_noted(self, event: dict[str, Any]) -> None:
        """Show a colleague's note in the open conversation, and tell the operator it names."""
        if event["dialog"] == self.dialog_id:
            await self._send_marks()
        if str(self._user.uuid) in event["mentioned"]:
            await self.send_json({"type": "mentioned", "dialog": event["uuid"], "who": event["who"]})

    async def show_counts(self) -> None:
        """Send how long the queues are and how much this operator holds."""
        with translation.override(self.language):
            await self.send_json({"type": "counts", **await database_sync_to_async(self._standing)()})

    def _standing(self) -> dict[str, Any]:
        return {"counts": self._counts(), "me": reports.desk(self._tenant, self._user)}

    async def _send_missed(self, *, changed: int = 0) -> None:
        """Send what was said in the open conversation since the last look, and what changed of it."""
        if self.dialog_id is None:
            return
        with translation.override(self.language):
            missed = await database_sync_to_async(reports.missed)(self.dialog_id, self._seen, changed=changed)
        self._seen = max([self._seen, *(message["seq"] for message in missed)])
        if missed:
            await self.send_json({"type": "messages", "dialog": self._open_uuid, "messages": missed})

    async def _send_marks(self) -> None:
        if self.dialog_id is None:
            return
        with translation.override(self.language):
            aside = await database_sync_to_async(reports.aside)(self.dialog_id)
        await self.send_json({"type": "marks", "dialog": self._open_uuid, **aside})

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep_alive(self) -> None:
        await asyncio.sleep(HELLO_WITHIN_SECONDS)
        if self.tenant is None:
            await self.close(code=TOO_SLOW)
            return
        beats = 0
        while True:
            await self.send_json({"type": "heartbeat"})
            await self._send_missed()  # a hint may have been lost
            await asyncio.sleep(HEARTBEAT_SECONDS)
            beats += 1
            if self.dialog_id and beats % FOLLOW_AGAIN_BEATS == 0:
                await self.channel_layer.group_add(group_of(self.dialog_id), self.channel_name)
