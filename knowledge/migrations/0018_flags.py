import config.db
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from config.postgres.operations import same_tenant, touch_updated_at


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_platform_catalogue'),
        ('knowledge', '0017_confirmed_answer_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='reviewed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='found still right'),
        ),
        migrations.AddField(
            model_name='document',
            name='valid_until',
            field=models.DateField(blank=True, null=True, verbose_name='valid until'),
        ),
        migrations.CreateModel(
            name='KnowledgeFlag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('conflict', 'Two documents disagree'), ('stale', 'Not updated for long'), ('expired', 'No longer valid')], max_length=16, verbose_name='kind')),
                ('status', models.CharField(choices=[('open', 'To check'), ('kept', 'Still right'), ('resolved', 'Resolved')], default='open', max_length=16, verbose_name='status')),
                ('sentence', models.CharField(blank=True, max_length=500, verbose_name='says')),
                ('other_sentence', models.CharField(blank=True, max_length=500, verbose_name='the other says')),
                ('difference', models.CharField(blank=True, max_length=255, verbose_name='difference')),
                ('fingerprint', models.CharField(editable=False, max_length=64, verbose_name='SHA-256')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('chunk', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.knowledgeembedding', verbose_name='passage')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.document', verbose_name='document')),
                ('other', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.knowledgeembedding', verbose_name='other passage')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'thing to check',
                'verbose_name_plural': 'things to check',
                'db_table': 'knowledge_flags',
                'indexes': [models.Index(fields=['tenant', 'status', '-id'], name='ix_knowledgeflag_status')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'fingerprint'), name='uq_knowledge_flags_tenant_fingerprint'), models.CheckConstraint(condition=models.Q(('kind__in', ['conflict', 'stale', 'expired'])), name='ck_knowledge_flags_kind'), models.CheckConstraint(condition=models.Q(('status__in', ['open', 'kept', 'resolved'])), name='ck_knowledge_flags_status'), models.CheckConstraint(condition=models.Q(models.Q(('chunk__isnull', False), ('kind', 'conflict'), ('other__isnull', False)), models.Q(models.Q(('kind', 'conflict'), _negated=True), ('document__isnull', False)), _connector='OR'), name='ck_knowledge_flags_subject')],
            },
        ),
        touch_updated_at("knowledge_flags"),
        same_tenant("knowledge_flags", "document_id", "documents"),
        same_tenant("knowledge_flags", "chunk_id", "knowledge_embeddings"),
        same_tenant("knowledge_flags", "other_id", "knowledge_embeddings"),
    ]
