"""Files of conversations: who sends them, what is taken, who sees them."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from dialogs import addresses
from dialogs.contents import ANYTHING, kind_of, safe_name
from dialogs.enums import Channel, HandoffStatus, Sender
from dialogs.errors import (
    FileEmpty,
    FileMissing,
    FileRefused,
    FileTooLarge,
    MessageEmpty,
    PictureUnreadable,
    TooManyFiles,
)
from dialogs.models import AnswerRun, Dialog, DialogAttachment, DialogMessage
from dialogs.services import attaching, posting, visiting
from tests.dialogs.conftest import NOON
from tests.factories.accounts import ApiKeyFactory, MembershipFactory
from tests.factories.dialogs import AttachmentFactory, DialogFactory, MessageFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sleeping_workers")]
GPS = 0x8825
PDF = b"%PDF-1.4 a receipt"


def picture(kind="JPEG", size=(64, 48)):
    """Return a picture as a camera writes it: turned on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera"
    exif.get_ifd(GPS)[1] = "N"
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, kind, exif=exif)
    return buffer.getvalue()


def put(dialog, content, name="чек.pdf", *, sender=Sender.CUSTOMER, **extra):
    return attaching.upload(dialog, content=ContentFile(content), name=name, sender=sender, at=NOON, **extra)


def read(path):
    with default_storage.open(path) as file:
        return file.read()


@pytest.fixture
def visitor(assistant):
    return visiting.visitor_of(assistant, visiting.issue_token(assistant))


def bearer(visitor):
    return {"Authorization": f"Visitor {visiting.issue_token(visitor.assistant, visitor.key)}"}


def address_of(visitor, *parts):
    return "/".join(["", "widget", str(visitor.assistant.uuid), *map(str, parts), ""])


# --- what is taken ---------------------------------------------------------------


def test_a_photo_is_drawn_anew_without_what_the_camera_wrote(dialog):
    kept = put(dialog, picture(), "IMG_1.jpg")

    drawn = Image.open(io.BytesIO(read(kept.path)))
    small = Image.open(io.BytesIO(read(kept.thumbnail_path)))
    assert (kept.kind, kept.content_type, kept.width, kept.height) == ("image", "image/jpeg", 48, 64)
    assert (dict(drawn.getexif()), drawn.size, small.format) == ({}, (48, 64), "WEBP")
    assert (kept.size, len(kept.digest)) == (len(read(kept.path)), 64)


@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (b"", "empty.pdf", FileEmpty),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg", FileRefused),
        (b"<html><script>alert(1)</script>", "a.html", FileRefused),
        (b"MZ\x90\0", "invoice.pdf", FileRefused),
        (b"\x7fELF", "a.txt", FileRefused),
        (b"PK\x03\x04rest", "a.zip", FileRefused),
        (b"\xff\xd8\xff\xe0 is all there is of it", "a.jpg", PictureUnreadable),
        (PDF + b"\0" * 20 * 2**20, "a.pdf", FileTooLarge),
    ],
)
def test_what_is_no_file_for_a_conversation_leaves_nothing_behind(dialog, content, name, refusal):
    with pytest.raises(refusal):
        put(dialog, content, name)

    assert not DialogAttachment.objects.exists()


def test_a_picture_with_more_points_than_memory_is_refused(dialog):
    buffer = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(buffer, "PNG")

    with pytest.raises(PictureUnreadable):
        put(dialog, buffer.getvalue(), "bomb.png")


def test_each_channel_takes_what_its_messenger_takes(assistant):
    chat = DialogFactory(tenant=assistant.tenant, platform=Channel.WHATSAPP)

    with pytest.raises(FileRefused):
        put(chat, b"GIF89a", "cat.gif")


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"PK\x03\x04", "смета.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04", "photo.jpg", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old.xls", "application/vnd.ms-excel"),
        (b"RIFF0000WEBPVP8 ", "a.png", "image/webp"),
        (b"\0\0\0\x18ftypM4A ", "a", "audio/mp4"),
        (b"\0\0\0\x18ftypisom", "a", "video/mp4"),
        ("Привет".encode(), "a.txt", "text/plain"),
        ("Привет".encode("cp1251"), "a.csv", "text/csv"),
        (b"a\0b", "a.txt", ANYTHING),
        (b"<html>", "a.html", ANYTHING),
    ],
)
def test_the_first_bytes_say_what_a_file_is(head, name, kind):
    assert kind_of(head, name) == kind


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\Docs\\чек.PDF", "application/pdf", "чек.PDF"),
        ("photo\u202egpj.exe", "image/png", "photogpj.exe.png"),
        ("a\r\nSet-Cookie: x.pdf", "application/pdf", "aSet-Cookie: x.pdf"),
        ("…".join("я" * 300) + ".pdf", "application/pdf", ("…".join("я" * 300))[:116] + ".pdf"),
        ("", "application/pdf", ""),
    ],
)
def test_names_are_safe_to_save_under(name, kind, safe):
    assert safe_name(name, kind) == safe


# --- a visitor -------------------------------------------------------------------


def test_a_visitor_uploads_and_sends_over_plain_http(client, visitor):
    file = SimpleUploadedFile("чек.pdf", PDF, content_type="text/html")
    uploaded = client.post(address_of(visitor, "files"), {"file": file}, headers=bearer(visitor))
    body = {"client_id": "c1", "text": "", "files": [uploaded.json()["uuid"]]}

    for _ in range(2):  # the second one repeats a lost answer
        sent = client.post(
            address_of(visitor, "messages"), body, content_type="application/json", headers=bearer(visitor)
        )

    message, reply = DialogMessage.objects.order_by("seq")
    (shown,) = sent.json()["message"]["files"]
    assert (uploaded.status_code, message.text, message.words) == (201, "[Файл: чек.pdf]", "")
    assert (shown["name"], shown["content_type"], shown["state"]) == ("чек.pdf", "application/pdf", "ready")
    assert reply.metadata["about_files"]
    assert not AnswerRun.objects.exists()


def test_words_beside_a_picture_are_answered(visitor):
    file = visiting.upload(visitor, content=ContentFile(picture("PNG")), name="a.png", at=NOON)

    received = visiting.say(visitor, text="Есть такое в синем?", client_id="c1", files=[file.uuid], at=NOON)

    assert (received.message.text, received.message.words) == (
        "[Фото: a.png] Есть такое в синем?",
        "Есть такое в синем?",
    )
    assert received.run is not None


def test_a_message_of_nothing_is_refused(visitor):
    with pytest.raises(MessageEmpty):
        visiting.say(visitor, text=" ", client_id="c1", at=NOON)


def test_a_file_belongs_to_who_uploaded_it_and_to_one_message(visitor, assistant):
    other = visiting.visitor_of(assistant, visiting.issue_token(assistant))
    file = visiting.upload(visitor, content=ContentFile(PDF), name="a.pdf", at=NOON)
    with pytest.raises(FileMissing):
        visiting.say(other, text="", client_id="c1", files=[file.uuid], at=NOON)
    visiting.say(visitor, text="", client_id="c1", files=[file.uuid], at=NOON)
    with pytest.raises(FileMissing):
        visiting.say(visitor, text="", client_id="c2", files=[file.uuid], at=NOON)

    assert DialogMessage.objects.filter(sender=Sender.CUSTOMER).count() == 1


def test_uploads_that_are_never_sent_are_limited(visitor):
    for _ in range(10):
        visiting.upload(visitor, content=ContentFile(PDF), name="a.pdf", at=NOON)

    with pytest.raises(TooManyFiles):
        visiting.upload(visitor, content=ContentFile(PDF), name="a.pdf", at=NOON)


def test_a_message_carries_no_more_than_its_channel(visitor):
    files = [visiting.upload(visitor, content=ContentFile(PDF), name="a.pdf", at=NOON).uuid for _ in range(6)]

    with pytest.raises(TooManyFiles):
        visiting.say(visitor, text="", client_id="c1", files=files, at=NOON)


def test_a_file_waits_through_the_close_of_the_conversation(visitor):
    file = visiting.upload(visitor, content=ContentFile(PDF), name="a.pdf", at=NOON)
    visitor.dialog.end(at=NOON)

    message = visiting.say(visitor, text="Вот чек", client_id="c1", files=[file.uuid], at=NOON).message

    file.refresh_from_db()
    assert (file.message, file.dialog, message.dialog.is_open) == (message, message.dialog, True)


# --- who sees it -----------------------------------------------------------------


def test_an_address_is_good_for_minutes_and_for_one_file(client, monkeypatch):
    file = AttachmentFactory(message=MessageFactory(), content=PDF)
    url = addresses.addresses_of(file)["url"]

    response = client.get(url)

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert client.get(url[:-3] + "x/").status_code == 404
    monkeypatch.setattr(addresses, "GOOD_FOR_SECONDS", -1)
    assert client.get(url).status_code == 404


def test_a_picture_is_shown_and_can_be_saved(client, dialog, browser_of):
    file = put(dialog, picture("PNG"), "a.png")
    member = browser_of(MembershipFactory(tenant=dialog.tenant).user)
    address = f"/dialogs/{dialog.uuid}/files/{file.uuid}/"

    shown, small, saved = (member.get(address + query) for query in ("", "?small", "?save"))

    assert [r["Content-Type"] for r in (shown, small, saved)] == ["image/png", "image/webp", ANYTHING]
    assert shown["Content-Disposition"].startswith("inline")
    assert saved["Content-Disposition"].startswith("attachment")


def test_members_of_another_shop_get_nothing(browser_of):
    file = AttachmentFactory(message=MessageFactory())
    stranger = browser_of(MembershipFactory().user)

    assert stranger.get(f"/dialogs/{file.dialog.uuid}/files/{file.uuid}/").status_code == 404


def test_a_visitor_gets_fresh_addresses_of_their_own_files_only(client, visitor):
    own = AttachmentFactory(dialog=visiting.begin(visitor))
    drafted = AttachmentFactory(dialog=own.dialog, sender=Sender.OPERATOR)
    foreign = AttachmentFactory(message=MessageFactory())

    answers = [
        client.get(address_of(visitor, "files", uuid), headers=bearer(visitor)).status_code
        for uuid in (own.uuid, drafted.uuid, foreign.uuid, uuid4())
    ]

    assert answers == [200, 404, 404, 404]
    assert client.get(address_of(visitor, "files", own.uuid)).status_code == 401


def test_a_visitor_takes_back_what_was_not_sent(client, visitor):
    draft = AttachmentFactory(dialog=visiting.begin(visitor))
    sent = AttachmentFactory(message=MessageFactory(dialog=draft.dialog))

    for file in (draft, sent):
        assert client.delete(address_of(visitor, "files", file.uuid), headers=bearer(visitor)).status_code == 204

    assert list(DialogAttachment.objects.all()) == [sent]


# --- an operator -----------------------------------------------------------------


def test_an_operator_sends_files_once(dialog):
    operator = MembershipFactory(tenant=dialog.tenant).user
    file = put(dialog, PDF, sender=Sender.OPERATOR, author=operator)

    said = [
        posting.post(dialog, author=operator, text="Вот чек", at=NOON, client_id="c1", files=[file.uuid])
        for _ in range(2)
    ]

    assert said[0] == said[1]
    assert (said[0].text, said[0].words) == ("[Файл: чек.pdf] Вот чек", "Вот чек")
    assert list(said[0].attachments.all()) == [file]


def test_an_operator_cannot_send_what_the_customer_uploaded(dialog):
    operator = MembershipFactory(tenant=dialog.tenant).user
    file = put(dialog, PDF)

    with pytest.raises(FileMissing):
        posting.post(dialog, author=operator, text="", at=NOON, client_id="c1", files=[file.uuid])


# --- over the API ----------------------------------------------------------------


@pytest.fixture
def call(api, dialog):
    """Speak to the dialog's resource; ``principal`` is the operator in charge unless it says otherwise."""
    operator = MembershipFactory(tenant=dialog.tenant, role="operator").user
    Dialog.objects.filter(pk=dialog.pk).update(handoff_status=HandoffStatus.ACTIVE, assigned_operator=operator)

    def post(path, body, principal=operator, on=dialog, kind="multipart"):
        return api(principal).post(f"/api/v1/dialogs/{on.uuid}/{path}/", body, format=kind)

    return post


def a_pdf(name="чек.pdf"):
    return SimpleUploadedFile(name, PDF)


def test_the_operator_in_charge_sends_files_along_or_by_their_uuids(call):
    along = call("messages", {"text": "Вот чек", "file": [a_pdf(), a_pdf("b.pdf")]})
    uploaded = call("files", {"file": a_pdf()})
    named = call("messages", {"files": [uploaded.json()["uuid"]]}, kind="json")

    assert [answer.status_code for answer in (along, uploaded, named)] == [201, 201, 201]
    assert (along.json()["text"], [file["name"] for file in along.json()["files"]]) == ("Вот чек", ["чек.pdf", "b.pdf"])
    assert (named.json()["text"], named.json()["files"][0]["state"]) == ("", "ready")


def test_who_is_not_in_charge_leaves_no_file_behind(call, dialog):
    other = MembershipFactory(tenant=dialog.tenant, role="operator").user

    answer = call("messages", {"text": "", "file": [a_pdf()]}, principal=other)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_in_charge")
    assert not DialogAttachment.objects.exists()


def test_a_program_speaks_for_customers_of_the_api_only(call, dialog):
    secret = ApiKeyFactory(tenant=dialog.tenant).secret
    relayed = DialogFactory(tenant=dialog.tenant, platform=Channel.API)
    body = {"text": "Вот фото", "sender": "customer", "client_id": "c1"}

    first, again = (call("messages", {**body, "file": [a_pdf()]}, principal=secret, on=relayed) for _ in range(2))
    on_the_site = call("messages", body, principal=secret)
    as_operator = call("messages", {"text": "Здравствуйте"}, principal=secret, on=relayed)

    assert (first.status_code, first.json()["sender"], again.json()["uuid"]) == (201, "customer", first.json()["uuid"])
    assert [on_the_site.json()["code"], as_operator.json()["code"]] == ["not_relayed", "person_required"]


def test_a_file_is_asked_for_and_taken_back(api, dialog):
    operator = MembershipFactory(tenant=dialog.tenant, role="operator").user
    file = AttachmentFactory(dialog=dialog)
    address = f"/api/v1/dialogs/{dialog.uuid}/files/{file.uuid}/"

    answers = [getattr(api(operator), method)(address).status_code for method in ("get", "delete", "get")]

    assert answers == [200, 204, 404]


# --- order in the storage --------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_unsent_uploads_are_cleared_away_after_a_day(dialog):
    old, sent = AttachmentFactory(created_at=NOON), AttachmentFactory(message=MessageFactory(), created_at=NOON)
    fresh = AttachmentFactory(created_at=NOON + timedelta(hours=23))

    assert attaching.sweep_unsent(at=NOON + timedelta(hours=25)) == 1

    assert set(DialogAttachment.objects.all()) == {sent, fresh}
    assert [default_storage.exists(file.path) for file in (old, sent, fresh)] == [False, True, True]
