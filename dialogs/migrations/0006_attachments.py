import config.db
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from config.postgres.operations import same_tenant, touch_updated_at

# What messengers' messages kept in their metadata; without the bytes at hand, such a file is only saved, never shown.
MOVE = """
INSERT INTO dialog_attachments (tenant_id, uuid, dialog_id, message_id, position, sender, kind, state, problem, name,
                                content_type, size, seconds, path, thumbnail_path, digest, platform_file_id, attempts)
SELECT m.tenant_id, gen_random_uuid(), m.dialog_id, m.id, f.number - 1, m.sender,
       CASE f.facts->>'kind' WHEN 'photo' THEN 'image' WHEN 'image' THEN 'image' WHEN 'voice' THEN 'voice'
            WHEN 'audio' THEN 'audio' WHEN 'video' THEN 'video' WHEN 'video_note' THEN 'video'
            WHEN 'animation' THEN 'animation' WHEN 'sticker' THEN 'sticker' ELSE 'file' END,
       CASE WHEN f.facts ? 'path' THEN 'ready' WHEN f.facts ? 'file_id' THEN 'awaited' ELSE 'lost' END,
       CASE WHEN f.facts ? 'path' OR f.facts ? 'file_id' THEN '' ELSE 'gone' END,
       left(coalesce(f.facts->>'name', ''), 255), 'application/octet-stream',
       coalesce((f.facts->>'size')::bigint, 0), (f.facts->>'seconds')::int,
       coalesce(f.facts->>'path', ''), '', '', left(coalesce(f.facts->>'file_id', ''), 255), 0
  FROM dialog_messages m, jsonb_array_elements(m.metadata->'attachments') WITH ORDINALITY AS f (facts, number)
 WHERE m.metadata ? 'attachments'
"""
FORGET = """
UPDATE dialog_messages
   SET metadata = metadata - 'attachments' || jsonb_build_object('files', jsonb_array_length(metadata->'attachments'))
 WHERE metadata ? 'attachments'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_tickets_run_out_of_time'),
        ('dialogs', '0005_widget_sightings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DialogAttachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('position', models.SmallIntegerField(default=0, verbose_name='place in the message')),
                ('sender', models.CharField(choices=[('customer', 'Customer'), ('assistant', 'Assistant'), ('operator', 'Operator'), ('system', 'System')], max_length=32, verbose_name='sender')),
                ('kind', models.CharField(choices=[('image', 'Photo'), ('voice', 'Voice message'), ('audio', 'Audio'), ('video', 'Video'), ('animation', 'Animation'), ('sticker', 'Sticker'), ('file', 'File')], default='file', max_length=16, verbose_name='kind')),
                ('state', models.CharField(choices=[('awaited', 'Being fetched'), ('ready', 'Ready'), ('lost', 'Not available')], default='ready', max_length=16, verbose_name='state')),
                ('problem', models.CharField(blank=True, choices=[('too_large', 'Too large to be fetched from the messenger'), ('gone', 'The messenger no longer gives it')], max_length=16, verbose_name='problem')),
                ('name', models.CharField(blank=True, max_length=255, verbose_name='name')),
                ('content_type', models.CharField(blank=True, max_length=100, verbose_name='media type')),
                ('size', models.BigIntegerField(default=0, verbose_name='size, bytes')),
                ('width', models.IntegerField(blank=True, null=True, verbose_name='width')),
                ('height', models.IntegerField(blank=True, null=True, verbose_name='height')),
                ('seconds', models.IntegerField(blank=True, null=True, verbose_name='length, seconds')),
                ('path', models.CharField(blank=True, max_length=255, verbose_name='place in the storage')),
                ('thumbnail_path', models.CharField(blank=True, max_length=255, verbose_name='thumbnail in the storage')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                ('platform_file_id', models.CharField(blank=True, max_length=255, verbose_name='id on the platform')),
                ('attempts', models.SmallIntegerField(default=0, verbose_name='attempts')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='fetch again at')),
                ('dialog', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='dialogs.dialog', verbose_name='dialog')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='dialogs.dialogmessage', verbose_name='message')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('uploaded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
            ],
            options={
                'verbose_name': 'file of a dialog',
                'verbose_name_plural': 'files of dialogs',
                'db_table': 'dialog_attachments',
                'constraints': [models.UniqueConstraint(fields=('message', 'position'), name='uq_dialog_attachments_message_position'), models.CheckConstraint(condition=models.Q(('sender__in', ['customer', 'assistant', 'operator', 'system'])), name='ck_dialog_attachments_sender'), models.CheckConstraint(condition=models.Q(('kind__in', ['image', 'voice', 'audio', 'video', 'animation', 'sticker', 'file'])), name='ck_dialog_attachments_kind'), models.CheckConstraint(condition=models.Q(('state__in', ['awaited', 'ready', 'lost'])), name='ck_dialog_attachments_state'), models.CheckConstraint(condition=models.Q(models.Q(('problem', ''), ('state__in', ['awaited', 'ready'])), models.Q(('problem__in', ['too_large', 'gone']), ('state', 'lost')), _connector='OR'), name='ck_dialog_attachments_problem'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(('path', ''), _negated=True), _connector='OR'), name='ck_dialog_attachments_path'), models.CheckConstraint(condition=models.Q(('attempts__gte', 0), ('position__gte', 0), ('size__gte', 0)), name='ck_dialog_attachments_counts')],
            },
        ),
        touch_updated_at("dialog_attachments"),
        same_tenant("dialog_attachments", "dialog_id", "dialogs"),
        same_tenant("dialog_attachments", "message_id", "dialog_messages"),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
