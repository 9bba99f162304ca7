"""What an operator does in one conversation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.utils.timezone import now

from config.consumers import command
from dialogs.enums import Priority
from dialogs.events import HANDLER, group_of
from dialogs.models import Dialog
from operators import reports
from operators.api import commands
from operators.consumers.base import DeskConsumer
from operators.enums import SuggestionKind, WritingMode
from operators.services import attending, canned, conducting, keeping, noting, snoozing, suggesting


class TalkConsumer(DeskConsumer):
    """Commands about a conversation that is open on the page."""

    @command(commands.Open)
    async def open(self, *, dialog: UUID, after_seq: int) -> dict[str, Any]:
        """Follow a conversation and show it from a number on."""
        found = await database_sync_to_async(self._dialog)(dialog)
        await self._follow(found)
        shown: dict[str, Any] = await database_sync_to_async(reports.thread)(found, after=after_seq)
        shown |= await database_sync_to_async(self._ours)(found)
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
        keeping.keep_draft(found, author=self._user, mode=WritingMode.REPLY, text="")
        return {"message": reports.message(message)}

    @command(commands.Note)
    def note(self, *, dialog: UUID, client_id: str, text: str) -> dict[str, Any]:
        """Leave a note for colleagues, in charge or not."""
        found = self._dialog(dialog)
        noting.leave_note(found, author=self._user, text=text, client_id=client_id, at=now())
        keeping.keep_draft(found, author=self._user, mode=WritingMode.NOTE, text="")
        return {"marks": reports.marks(found)}

    @command(commands.Transfer)
    def transfer(self, *, dialog: UUID, to: UUID | None, note: str) -> dict[str, Any]:
        """Pass a conversation to a colleague, or back to the queue."""
        colleague = self._colleague(to) if to else None
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

    @command(commands.Snooze)
    def snooze(self, *, dialog: UUID, until: datetime | None) -> dict[str, Any]:
        """Put a conversation off, until a moment or until the customer writes."""
        return self._moved(dialog, snoozing.snooze, by=self._user, until=until)

    @command(commands.OfDialog)
    def wake(self, *, dialog: UUID) -> dict[str, Any]:
        """Bring back a conversation that was put off."""
        return self._moved(dialog, snoozing.wake, by=self._user, because="operator")

    @command(commands.Prioritise)
    def prioritise(self, *, dialog: UUID, priority: int) -> dict[str, Any]:
        """Say how soon a conversation wants a person."""
        return self._moved(dialog, snoozing.prioritise, by=self._user, priority=Priority(priority))

    @command(commands.Keep)
    def keep(self, *, dialog: UUID, mode: str, text: str) -> None:
        """Keep what the operator began to write."""
        keeping.keep_draft(self._dialog(dialog), author=self._user, mode=WritingMode(mode), text=text)

    @command(commands.Suggest)
    def suggest(self, *, dialog: UUID, client_id: str, kind: str, text: str) -> dict[str, Any]:
        """Ask a model for words; they come as ``suggested``."""
        found = self._dialog(dialog)
        wanted = SuggestionKind(kind)
        asked = suggesting.ask(found, by=self._user, kind=wanted, client_id=client_id, given=text, at=now())
        return {"id": asked.client_id, "status": asked.status, "text": asked.text, "trouble": asked.trouble}

    def _ours(self, dialog: Dialog) -> dict[str, Any]:
        """Return what only this operator sees of a conversation; whoever looks has seen the notes that call them."""
        noting.see(dialog, person=self._user, at=now())
        drafts = keeping.drafts_of(dialog, self._user)
        return {"variables": canned.values_for(dialog, self._user), "kept": drafts}

    @command(commands.Typing)
    async def typing(self, *, dialog: UUID, is_note: bool) -> None:
        """Tell colleagues, and the customer unless it is a note, that somebody writes."""
        found = await database_sync_to_async(self._dialog)(dialog)
        if found.pk == self.dialog_id:
            await self._watch("typing")
        if found.assigned_operator_id == self._user.pk and not is_note:
            event = {"type": "typing", "sender": "operator"}
            await self.channel_layer.group_send(group_of(found.pk), {"type": HANDLER, "event": event})
