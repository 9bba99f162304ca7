"""What the console's script says, in the language that is active."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dialogs import allowances


def of_console() -> dict[str, str]:
    """Return the words that the console shows while it runs."""
    return {**allowances.words(), **_lists(), **_thread(), **_context(), **_troubles()}


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
        "customer": _("Customer"),
        "conversation": _("Conversation"),
        "web": _("website {used}/{limit}"),
        "messenger": _("messengers {used}/{limit}"),
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
