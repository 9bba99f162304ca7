"""What the widget's own buttons and notices say, in the language that is active."""

from django.utils.translation import gettext as _

from dialogs import allowances


def of_launcher() -> dict[str, str]:
    """Return the words of the button on the seller's page."""
    return {
        "open": _("Open the chat"),
        "close": _("Close the chat"),
        "title": _("Chat"),
        "unread": _("Unread messages: {count}"),
    }


def of_frame() -> dict[str, str]:
    """Return the words that the chat shows while it runs."""
    return {**allowances.words(), **_states(), **_messages(), **_ratings(), **_parting(), **_refusals()}


def _states() -> dict[str, str]:
    return {
        "answers": _("Answers right away"),
        "greeting": _("Hello! Ask anything about our shop."),
        "mistakes": _("An AI assistant answers here; it can make mistakes."),
        "data": _("How we treat your data"),
        "connecting": _("Connecting…"),
        "reconnecting": _("No connection. Trying again; your messages are kept."),
        "offline": _("You are offline. Messages will be sent when the connection is back."),
        "polling": _("The live connection is blocked here; messages arrive a little later."),
        "restored": _("Back online. New messages: {count}"),
        "waiting": _("Calling a person. You can go on writing, they will see everything."),
        "unstaffed": _("Nobody is at the desk right now. Your question is kept, and the answer will come here."),
        "back_at": _("We are at the desk again {moment}."),
        "instead": _("You need not wait here:"),
        "wait_on": _("Keep waiting"),
        "leave_email": _("Answer by e-mail"),
        "your_email": _("Your e-mail"),
        "in_telegram": _("Go on in Telegram"),
        "back": _("Back"),
        "place": _("You are number {position} in the queue."),
        "next": _("You are next."),
        "usual_wait": _("People usually answer within {minutes} min."),
        "joined": _("{name} is with you now."),
        "person": _("A person"),
        "returned": _("The assistant is answering again."),
        "closed": _("The conversation has ended"),
        "gone": _("This chat is not available."),
        "slow": _("This takes longer than usual. The answer will appear here."),
    }


def _messages() -> dict[str, str]:
    return {
        "you": _("You"),
        "assistant": _("Assistant"),
        "operator": _("Operator"),
        "typing": _("is typing"),
        "thinking": _("The assistant is preparing an answer"),
        "sources": _("Sources"),
        "today": _("Today"),
        "yesterday": _("Yesterday"),
        "sending": _("Sending"),
        "sent": _("Sent"),
        "failed": _("Not sent"),
        "retry": _("Try again"),
        "remove": _("Remove"),
        "newer": _("New messages"),
        "left": _("Characters left: {count}"),
        "over": _("Too long by {count}"),
        "call": _("Call a person"),
        "transcript": _("conversation"),
        "stop": _("Stop the answer"),
        "send": _("Send"),
        "confirm_end": _("End the conversation?"),
        "link": _("Opens in a new tab: {host}"),
    }


def _ratings() -> dict[str, str]:
    return {
        "helpful": _("Helpful"),
        "unhelpful": _("Not helpful"),
        "thanks": _("Thank you, this helps us answer better."),
        "what_wrong": _("What was wrong?"),
        "wrong": _("Wrong facts"),
        "off_topic": _("Not about my question"),
        "unclear": _("Unclear"),
        "reason": _("In your own words (optional)"),
        "submit": _("Submit"),
        "stars": _("{count} out of 5"),
        "rate_title": _("How was the conversation?"),
        "rated": _("Thank you for your rating!"),
        "again": _("Start a new conversation"),
    }


def _parting() -> dict[str, str]:
    return {
        "back": _("Back"),
        "history": _("Past conversations"),
        "loading": _("Loading…"),
        "no_history": _("There are no conversations yet."),
        "goes_on": _("goes on"),
        "mail": _("Send by e-mail"),
        "mail_to": _("Your e-mail address"),
        "send_mail": _("Send"),
        "mailed": _("Sent to {email}."),
        "mail_unreadable": _("This is not an e-mail address."),
        "forget": _("Delete my data"),
        "forget_what": _(
            "All you wrote here and all the answers will be erased for good, with your name and contacts. "
            "It cannot be undone."
        ),
        "forget_sure": _("Erase everything"),
        "offline_now": _("There is no connection. Try again in a moment."),
    }


def _refusals() -> dict[str, str]:
    return {
        "message_too_long": _("The message is too long."),
        "message_unreadable": _("The message contains characters that are not text."),
        "too_many_messages": _("Too many messages in a row; this one will be sent in a moment."),
        "assistant_off": _("The chat is switched off at the moment."),
        "not_an_address": _("This is not an e-mail address."),
        "not_waiting": _("Nobody is awaited here any more."),
        "failure": _("Something went wrong. Please try again."),
    }
