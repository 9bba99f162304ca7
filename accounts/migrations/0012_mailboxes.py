"""A shop's mailbox as a platform of the catalogue."""

from django.db import migrations

PASSWORD_HELP = {
    "en": "Most providers want an app password made for mail programs.",
    "ru": "Большинство почтовых служб просят пароль приложения для почтовых программ.",
}
FIELDS = {
    "address": {
        "kind": "email",
        "label": {"en": "Address of the mailbox", "ru": "Адрес ящика"},
        "help": {"en": "Customers write there and get answers from there.", "ru": "Сюда пишут клиенты, отсюда уходят ответы."},
    },
    "imap_host": {
        "kind": "text",
        "label": {"en": "Incoming mail (IMAP)", "ru": "Входящая почта (IMAP)"},
        "help": {"en": "For example imap.yandex.ru or imap.mail.ru:993", "ru": "Например, imap.yandex.ru или imap.mail.ru:993"},
    },
    "smtp_host": {
        "kind": "text",
        "label": {"en": "Outgoing mail (SMTP)", "ru": "Исходящая почта (SMTP)"},
        "help": {"en": "For example smtp.yandex.ru or smtp.mail.ru:465", "ru": "Например, smtp.yandex.ru или smtp.mail.ru:465"},
    },
    "username": {"kind": "text", "label": {"en": "User name", "ru": "Имя пользователя"}},
    "password": {"label": {"en": "Password", "ru": "Пароль"}, "help": PASSWORD_HELP},
}


def load(apps, schema_editor):
    apps.get_model("accounts", "Platform").objects.update_or_create(
        id="email",
        defaults={
            "name": "E-mail",
            "display_name": "E-mail (IMAP, SMTP)",
            "type": "helpdesk",
            "region": "global",
            "capabilities": ["tickets", "text", "files"],
            "required_credentials": list(FIELDS),
            "configuration": {"fields": FIELDS},
        },
    )


def unload(apps, schema_editor):
    apps.get_model("accounts", "Platform").objects.filter(id="email", integrations=None).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_connections_are_leased")]

    operations = [migrations.RunPython(load, unload)]
