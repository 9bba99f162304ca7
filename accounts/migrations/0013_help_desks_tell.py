"""Jira and Zendesk may be given the secret with which they sign what they tell."""

from django.db import migrations

LABEL = {"en": "Webhook secret", "ru": "Секрет вебхука"}
HELP = {
    "jira": {
        "en": "A long password you make up; enter the same one in Jira: System, WebHooks. May be added later.",
        "ru": "Длинный пароль, который вы придумали; его же укажите в Jira: System, WebHooks. Можно добавить позже.",
    },
    "zendesk": {
        "en": "Shown in Zendesk after a webhook is made there: Signing secret. May be added later.",
        "ru": "Zendesk показывает его после создания вебхука: Signing secret. Можно добавить позже.",
    },
}


def write(apps, described, optional):
    platform = apps.get_model("accounts", "Platform")
    for row in platform.objects.filter(id__in=HELP):
        fields = {name: value for name, value in row.configuration.get("fields", {}).items() if name != "webhook_secret"}
        fields |= {"webhook_secret": {"label": LABEL, "help": described[row.id]}} if described else {}
        row.configuration = {**row.configuration, "fields": fields, "optional": optional}
        row.save()


def load(apps, schema_editor):
    write(apps, HELP, ["webhook_secret"])


def unload(apps, schema_editor):
    write(apps, {}, [])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_mailboxes")]

    operations = [migrations.RunPython(load, unload)]
