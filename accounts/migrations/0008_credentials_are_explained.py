"""How each credential is called and where it is found, as data beside the catalogue."""

from django.db import migrations

TOKEN = {"en": "API token", "ru": "Токен API"}
FIELDS = {
    "jira": {
        "base_url": {
            "kind": "url",
            "label": {"en": "Address of your Jira", "ru": "Адрес вашей Jira"},
            "help": {"en": "For example https://shop.atlassian.net", "ru": "Например, https://shop.atlassian.net"},
        },
        "email": {"kind": "email", "label": {"en": "E-mail of the account", "ru": "Почта учётной записи"}},
        "api_token": {
            "label": TOKEN,
            "help": {
                "en": "Made at id.atlassian.com, Security, API tokens.",
                "ru": "Создаётся на id.atlassian.com, раздел Security, API tokens.",
            },
        },
        "project": {
            "kind": "text",
            "label": {"en": "Project key", "ru": "Ключ проекта"},
            "help": {"en": "The letters before issue numbers: SUP in SUP-12.", "ru": "Буквы перед номером: SUP в SUP-12."},
        },
    },
    "zendesk": {
        "subdomain": {
            "kind": "text",
            "label": {"en": "Subdomain", "ru": "Поддомен"},
            "help": {"en": "“shop” of shop.zendesk.com", "ru": "«shop» в shop.zendesk.com"},
        },
        "email": {"kind": "email", "label": {"en": "E-mail of the agent", "ru": "Почта агента"}},
        "api_token": {
            "label": TOKEN,
            "help": {
                "en": "Made in the Admin Center: Apps and integrations, APIs.",
                "ru": "Создаётся в Admin Center: Apps and integrations, APIs.",
            },
        },
    },
    "wildberries": {
        "api_token": {
            "label": TOKEN,
            "help": {
                "en": "Made in the seller's portal: Settings, Access to API.",
                "ru": "Создаётся в кабинете продавца: Настройки, Доступ к API.",
            },
        }
    },
}
REQUIRED = {"jira": ["base_url", "email", "api_token", "project"]}
FORMER = {"jira": ["base_url", "email", "api_token"]}


def write(apps, fields, required):
    platform = apps.get_model("accounts", "Platform")
    for row in platform.objects.filter(id__in=FIELDS):
        row.configuration = {**row.configuration, "fields": fields.get(row.id, {})}
        row.required_credentials = required.get(row.id, row.required_credentials)
        row.save()


def load(apps, schema_editor):
    write(apps, FIELDS, REQUIRED)


def unload(apps, schema_editor):
    write(apps, {}, FORMER)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_events_are_numbered")]

    operations = [migrations.RunPython(load, unload)]
