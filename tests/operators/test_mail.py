"""Letters become tickets, once; answers become letters, once; machines are not answered."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.utils.timezone import now

from accounts import services
from accounts.enums import IntegrationStatus
from accounts.models import Integration, Platform, SyncLog
from accounts.services import scheduling
from dialogs.enums import Sender
from operators.enums import MailStatus, TicketStatus
from operators.errors import DeskUnusable
from operators.models import Ticket, TicketMail, TicketMessage
from operators.services import fetching, handling, mailing, tickets
from tests.factories.accounts import TenantFactory
from tests.factories.operators import TicketFactory, operator_of
from tests.operators.mailservers import mail_servers
from tests.races import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings):
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = True
    with mail_servers() as servers:
        yield servers


@pytest.fixture
def mailbox(box, sleeping_workers):
    """A shop's connected mailbox that was read once."""
    row = connect(TenantFactory(name="Лавка"), box)
    scheduling.run(row.pk, at=now())
    row.refresh_from_db()
    return row


def connect(tenant, box):
    integration = services.connect(
        tenant,
        platform=Platform.objects.get(pk="email"),
        credentials=box.credentials(),
        external_account="help@lavka.example",
    )
    Integration.objects.filter(pk=integration.pk).update(next_sync_at=now() - timedelta(seconds=1))
    return integration


def read(mailbox, *, later=2):
    """Let the scheduler read the mailbox once more."""
    return scheduling.run(mailbox.pk, at=now() + timedelta(hours=later))


def letter(text="Где мой заказ?", *, sender="Анна <anna@example.com>", subject="Заказ 4471", number=1, **headers):
    lines = [f"From: {sender}", "To: help@lavka.example", f"Subject: {subject}", f"Message-ID: <c{number}@example.com>"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text, ""])


def sent(box):
    return [(to, message_from_bytes(content, policy=policy.default)) for to, content in box.sent]


def send_all():
    for mail in TicketMail.objects.filter(status=MailStatus.PENDING).order_by("pk"):
        mailing.send(mail.pk, at=now() + timedelta(hours=8))


def test_what_lay_in_the_mailbox_before_it_was_connected_is_left_alone(box, sleeping_workers):
    box.put(letter())
    row = connect(TenantFactory(), box)

    scheduling.run(row.pk, at=now())

    assert (Ticket.objects.count(), SyncLog.objects.count()) == (0, 0)


def test_a_letter_opens_a_ticket_and_is_confirmed_once(box, mailbox):
    box.put(letter())

    read(mailbox)
    read(mailbox, later=4)
    send_all()

    ticket = Ticket.objects.get()
    ((to, confirmation),) = sent(box)
    assert (ticket.title, ticket.description, ticket.source) == ("Заказ 4471", "Где мой заказ?", "email")
    assert (ticket.customer_email, ticket.customer_name) == ("anna@example.com", "Анна")
    assert (to, confirmation["In-Reply-To"]) == ("anna@example.com", "<c1@example.com>")
    assert confirmation["Auto-Submitted"] == "auto-replied"
    assert f"[#{ticket.number}-" in confirmation["Subject"]
    assert "/t/" in confirmation.get_content()
    assert SyncLog.objects.get().records_synced == 1


def test_an_answer_goes_out_in_the_thread_and_the_customers_reply_comes_back_to_it(box, mailbox):
    box.put(letter())
    read(mailbox)
    ticket = Ticket.objects.get()
    handling.reply(ticket, text="Завтра.", by=operator_of(mailbox.tenant), at=now(), waits=True)
    send_all()
    answer = sent(box)[-1][1]
    box.put(letter("Спасибо!\n\n> Завтра.", number=2, subject="Re: что-то своё", In_Reply_To=answer["Message-ID"]))

    read(mailbox, later=4)

    ticket.refresh_from_db()
    said = list(TicketMessage.objects.order_by("pk").values_list("sender", "text"))
    assert answer["References"].split()[0] == "<c1@example.com>"
    assert answer["From"].addresses[0].addr_spec == "help@lavka.example"
    assert answer["Auto-Submitted"] is None
    assert said == [("operator", "Завтра."), ("customer", "Спасибо!")]
    assert (Ticket.objects.count(), ticket.status) == (1, TicketStatus.IN_PROGRESS)


def test_the_mark_in_the_subject_is_enough_and_a_made_up_one_is_not(box, mailbox):
    ticket = TicketFactory(tenant=mailbox.tenant, customer_email="anna@example.com")
    theirs = TicketFactory(customer_email="anna@example.com")
    box.put(letter("одно", subject=f"ещё {mailing.mark_of(ticket)}", number=1))
    box.put(letter("два", subject=f"[#{ticket.number}-0123456789]", number=2))
    box.put(letter("три", subject=mailing.mark_of(theirs), number=3))

    read(mailbox)

    assert [row.text for row in ticket.messages.all()] == ["одно"]
    assert theirs.messages.count() == 0
    assert set(Ticket.objects.filter(source="email").values_list("description", flat=True)) == {"два", "три"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<news.example.com>"},
        {"Return_Path": "<>"},
        {"sender": "MAILER-DAEMON@example.com"},
        {"sender": "help@lavka.example"},
    ],
)
def test_machines_and_we_ourselves_open_nothing_and_get_no_answer(box, mailbox, headers):
    box.put(letter("Я в отпуске", **headers))

    read(mailbox)

    assert (Ticket.objects.count(), TicketMail.objects.get().status) == (0, MailStatus.IGNORED)


def test_a_letter_that_came_back_is_noted_on_its_ticket(box, mailbox):
    ticket = TicketFactory(tenant=mailbox.tenant, customer_email="gone@example.com")
    handling.reply(ticket, text="Завтра.", by=operator_of(mailbox.tenant), at=now())
    send_all()
    ours = TicketMail.objects.get()
    box.put(letter("550", sender="MAILER-DAEMON@example.com", Return_Path="<>", References=ours.letter_id))

    read(mailbox)

    ours.refresh_from_db()
    note = ticket.messages.get(sender=Sender.SYSTEM)
    assert (ours.status, ours.error, note.is_internal) == (MailStatus.FAILED, "bounced", True)
    assert "gone@example.com" in note.text


def test_html_becomes_words_and_quotes_are_left_out(box, mailbox):
    html = "<style>p{}</style><p>Добрый день!</p><p>Где <b>заказ</b>?<script>x()</script></p>"
    html += "<blockquote type=cite>старое</blockquote>"
    raw = letter(html).replace("text/plain", "text/html")
    box.put(raw)

    read(mailbox)

    assert Ticket.objects.get().description == "Добрый день!\n\nГде заказ?"


def test_files_are_kept_and_handed_out_to_the_team_alone(box, mailbox, browser_of, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    parts = [
        "From: anna@example.com", "To: help@lavka.example", "Subject: photo", "Message-ID: <f@example.com>",
        "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b"', "", "--b", "Content-Type: text/plain", "",
        "look", "--b", 'Content-Type: text/html; name="../../evil.html"',
        'Content-Disposition: attachment; filename="../../evil.html"', "", "<script>1</script>", "--b--", "",
    ]  # fmt: skip
    box.put("\n".join(parts))
    read(mailbox)
    ticket = Ticket.objects.get()
    address = f"/tickets/{ticket.uuid}/files/0/0/"

    answer = browser_of(operator_of(mailbox.tenant)).get(address)
    stranger = browser_of(operator_of(TenantFactory())).get(address)

    assert ticket.metadata["attachments"][0]["name"] == ".._.._evil.html"
    assert (answer.status_code, stranger.status_code) == (200, 404)
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"<script>1</script>" in b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    ("fault", "status", "count"),
    [
        ((450, "later"), MailStatus.PENDING, 0),
        ((550, "no such user"), MailStatus.FAILED, 0),
        ("drop", MailStatus.UNKNOWN, 1),
        (None, MailStatus.SENT, 1),
    ],
)
def test_what_became_of_a_letter_is_known(box, mailbox, fault, status, count):
    ticket = TicketFactory(tenant=mailbox.tenant, customer_email="anna@example.com")
    tickets.post(ticket, sender=Sender.OPERATOR, text="Завтра.", at=now())
    box.faults = [fault] if fault else []

    send_all()
    send_all() if status != MailStatus.PENDING else None

    assert (TicketMail.objects.get().status, len(box.sent)) == (status, count)


def test_a_letter_of_a_dead_worker_is_not_sent_again_unless_a_person_wants_it(box, mailbox):
    ticket = TicketFactory(tenant=mailbox.tenant, customer_email="anna@example.com")
    tickets.post(ticket, sender=Sender.OPERATOR, text="Завтра.", at=now())
    TicketMail.objects.update(status=MailStatus.SENDING, locked_until=now() - timedelta(seconds=1))

    mailing.send(TicketMail.objects.get().pk, at=now())
    before = (TicketMail.objects.get().status, len(box.sent))
    mailing.send_again(TicketMail.objects.get(), at=now())
    send_all()

    assert before == (MailStatus.UNKNOWN, 0)
    assert (TicketMail.objects.get().status, len(box.sent)) == (MailStatus.SENT, 1)


def test_without_a_mailbox_letters_leave_from_our_own(mailoutbox, sleeping_workers):
    ticket = TicketFactory(customer_email="anna@example.com")
    tickets.post(ticket, sender=Sender.OPERATOR, text="Завтра.", at=now())

    send_all()

    assert (mailoutbox[0].to, "Завтра." in mailoutbox[0].body) == (["anna@example.com"], True)
    assert "/t/" in mailoutbox[0].body


def test_notes_and_the_customers_own_words_are_not_mailed(sleeping_workers):
    ticket = TicketFactory(customer_email="anna@example.com")

    handling.note(ticket, text="Звонила дважды", by=operator_of(ticket.tenant), at=now())
    tickets.post(ticket, sender=Sender.CUSTOMER, text="Ну что?", at=now())

    assert TicketMail.objects.count() == 0


def test_a_password_that_no_longer_works_stops_the_reading_and_says_so(box, mailbox):
    services.connect(
        mailbox.tenant,
        platform=mailbox.platform,
        credentials=box.credentials(password="old"),
        external_account=mailbox.external_account,
    )

    done = [read(mailbox), read(mailbox, later=9)]

    mailbox.refresh_from_db()
    assert (done, mailbox.status) == ([True, False], IntegrationStatus.REAUTH_REQUIRED)


def test_a_server_that_is_away_is_asked_ever_more_rarely(box, mailbox, settings):
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = False  # 127.0.0.1 is nowhere then
    moments, at = [], now() + timedelta(hours=2)
    for _ in range(3):
        scheduling.run(mailbox.pk, at=at)
        mailbox.refresh_from_db()
        moments.append(mailbox.next_sync_at - at)
        at = mailbox.next_sync_at

    assert moments == [timedelta(minutes=minutes) for minutes in (60, 120, 240)]
    assert (mailbox.failures, mailbox.status, SyncLog.objects.count()) == (3, IntegrationStatus.ERROR, 1)


def test_a_mailbox_is_tried_before_it_is_connected(box):
    assert fetching.greet(box.credentials()) == "help@lavka.example"
    with pytest.raises(DeskUnusable):
        fetching.greet(box.credentials(password="wrong"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:143", "plain://127.0.0.1:143", "10.0.0.1", "a b", "h:99999"])
def test_no_address_leads_into_our_own_network(settings, host):
    settings.OUTSIDE_ALLOW_PRIVATE_ADDRESSES = False
    with pytest.raises(DeskUnusable):
        fetching.greet({"imap_host": host, "smtp_host": host, "username": "a", "password": "b"})


@pytest.mark.parametrize(
    "content", [b"", b"\0\xff\xfe", b"From: \n\n", b"From: a@b.example\nContent-Type: multipart/mixed\n\nx"]
)
def test_garbage_breaks_nothing(box, mailbox, content):
    box.letters[1] = content

    read(mailbox)
    mailbox.refresh_from_db()

    assert (mailbox.metadata["last_uid"], mailbox.status) == (1, IntegrationStatus.CONNECTED)


@pytest.mark.django_db(transaction=True)
def test_two_workers_read_one_mailbox_one_after_the_other(box, mailbox):
    for number in range(5):
        box.put(letter(number=number))

    done = race(lambda _: read(mailbox), threads=3)

    assert sorted(done) == [False, False, True]
    assert Ticket.objects.count() == 5
