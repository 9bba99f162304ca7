"""What the console's script says, in the language that is active."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dialogs import allowances
from dialogs.enums import Priority


def of_console() -> dict[str, str]:
    """Return the words that the console shows while it runs."""
    return {
        **allowances.words(),
        **_lists(),
        **_thread(),
        **_steps(),
        **_context(),
        **_help(),
        **_many(),
        **_troubles(),
    }


def _lists() -> dict[str, str]:
    return {
        "empty_waiting": _("Nobody is waiting"),
        "empty_waiting_text": _("As soon as a customer asks for a person, the conversation appears here."),
        "empty_mine": _("You have no conversations"),
        "empty_mine_text": _("Take one from the queue: press T, or the button above the conversation."),
        "empty_team": _("Your colleagues have no conversations"),
        "empty_team_text": _("What they take from the queue appears here."),
        "empty_assistant": _("The assistant is not talking to anybody"),
        "empty_assistant_text": _("Conversations that nobody has called a person into appear here."),
        "empty_snoozed": _("Nothing is snoozed"),
        "empty_snoozed_text": _("Put off what has to wait: press S in a conversation."),
        "empty_found": _("Nothing found"),
        "empty_found_text": _("Look in another queue, or clear the search."),
        "empty_all": _("No open conversations"),
        "empty_all_text": _("Conversations of customers with the assistant appear here while they go on."),
        "assistant": _("Assistant"),
        "waits": _("Waits for a person"),
        "closed": _("Closed"),
        "you": pgettext("sender", "You"),
        "needs_reply": _("The customer waits for your reply"),
        "more": _("Show more"),
        "new_waiting": _("A customer asks for a person"),
    }


def _thread() -> dict[str, str]:
    return {
        "sending": _("Sending…"),
        "not_sent": _("Not sent"),
        "retry": _("Try again"),
        "delivered": _("Delivered"),
        "typing": _("The customer is typing…"),
        "answering": _("The assistant is answering…"),
        "gap": _("The knowledge has no answer"),
        "sources": _("Sources"),
        "internal": _("Only you and your colleagues see this"),
        "earlier": _("Earlier messages"),
        "draft": _("The assistant's draft"),
        "only_mine": _("mine"),
        "fill_in": _("Fill in what is missing, or delete it; then send."),
        "take_first": _("Take the conversation to write to the customer."),
        "other_has_it": _("{name} answers this customer."),
        "ended": _("This conversation is closed."),
        "take": pgettext("verb", "Take"),
        "take_over": _("Take over"),
        "write": _("Write to the customer, or type / for a canned reply"),
        "write_note": _("A note for colleagues; the customer does not see it. Type @ to call one."),
        "mentioned": _("{name} mentions you in a note."),
        "today": _("Today"),
        "yesterday": _("Yesterday"),
        "queue": _("Back to the queue"),
        "taken": _("The conversation is yours."),
        "passed": _("The conversation is passed on."),
        "given_back": _("The assistant goes on."),
        "resolved": _("The conversation is closed."),
        "close_question": _("Close this conversation? The customer is told."),
    }


def _steps() -> dict[str, str]:
    return {
        "until_reply": _("until a reply"),
        "asleep": _("snoozed until {until}"),
        "asleep_reply": _("snoozed until the customer writes"),
        "step_snoozed": _("{name} snoozed this until {until}"),
        "step_snoozed_reply": _("{name} snoozed this until the customer writes"),
        "step_woken": _("This conversation is awake again"),
        "step_priority": _("{name} set the priority: {priority}"),
        "snoozed": _("The conversation is snoozed."),
        "woken": _("The conversation is awake."),
        "moment_ahead": _("Choose a moment ahead."),
        **{f"priority_{p.value}": str(p.label) for p in Priority},
        **{f"priority_{p.name.lower()}": str(p.label) for p in Priority},
    }


def _context() -> dict[str, str]:
    return {
        "email": _("E-mail"),
        "phone": _("Phone"),
        "since": _("First seen"),
        "begun": _("Begun"),
        "messages": _("Messages"),
        "others": _("Other conversations"),
        "rating": _("Rating"),
        "no_rating": _("Not rated yet"),
        "language": _("Language"),
        "spend": _("Spent on answers"),
        "tickets": _("Tickets"),
        "no_tickets": _("No tickets"),
        "create_ticket": _("Create a ticket"),
        "user_id": _("Number in the shop"),
        "customer": _("Customer"),
        "conversation": _("Conversation"),
        "web": _("website {used}/{limit}"),
        "messenger": _("messengers {used}/{limit}"),
    }


def _help() -> dict[str, str]:
    return {
        "suggesting": _("The assistant is writing…"),
        "suggested": _("Suggested by the assistant"),
        "no_suggestion": _("Nothing to suggest"),
        "suggest_slow": _("It takes longer than usual; try again."),
        "trouble_not_known": _("The knowledge has no answer to this."),
        "trouble_nothing_to_answer": _("The customer has not asked anything yet."),
        "trouble_no_money": _("The balance does not cover an answer."),
        "trouble_model_failed": _("The model did not answer."),
        "cannot_rewrite": _("No model is connected that could put this differently."),
        "write_first": _("Write something first."),
        "colleague_types": _("{name} is writing…"),
        "colleague_looks": _("{name} is looking, too"),
        "in_parts": _("goes out as {count} messages"),
        "leaves_in": _("leaves in {seconds} s"),
        "take_back": _("Take back"),
        "new_words": _("{name} wrote to you"),
        "calls_you": _("{name} calls you"),
        "notifications_refused": _("The browser does not allow notifications for this site."),
        "quiet_both": _("Quiet hours need a beginning and an end."),
        "median_wait": _("Median wait today: {time}"),
        "clear_search": _("Clear the search"),
    }


def _many() -> dict[str, str]:
    return {
        "chosen": _("Chosen: {count}"),
        "all_of_queue": _("All in this queue: {count}"),
        "all_found": _("All that the search finds"),
        "bulk_goes": _("Done: {done} of {total}"),
        "bulk_done": _("Done: {good}"),
        "bulk_partly": _("Done: {good}; not possible: {refused}"),
        "bulk_resolve_question": _("Close {count} conversations? The customers are told."),
        "to_me": _("To me"),
        "go_to": _("Go to"),
        "queue_waiting": pgettext("queue", "Waiting"),
        "queue_mine": pgettext("queue", "Mine"),
        "queue_team": pgettext("queue", "Team"),
        "queue_assistant": pgettext("queue", "Assistant"),
        "queue_snoozed": pgettext("queue", "Snoozed"),
        "queue_all": pgettext("queue", "All"),
        "act_reply": _("Reply"),
        "act_note": _("Note for colleagues"),
        "act_draft": _("Draft an answer"),
        "act_pass": _("Pass on"),
        "act_back": _("Return to the assistant"),
        "act_snooze": _("Snooze"),
        "act_wake": _("Wake"),
        "act_resolve": _("Close the conversation"),
        "act_select": _("Choose several conversations"),
        "act_settings": _("Sound and notifications"),
        "act_keys": _("Keyboard"),
    }


def _troubles() -> dict[str, str]:
    return {
        "connecting": _("Connecting…"),
        "reconnecting": _("No connection. What you write is kept and sent when it is back."),
        "restored": _("Back online. Messages caught up: {count}"),
        "gone": _("You are logged out, or are no longer an operator here. Reload the page."),
        "failed": _("That did not work. Try again."),
        "no_colleagues": _("Nobody else is at the desk now."),
    }
