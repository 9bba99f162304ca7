import config.db
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_platform_catalogue'),
        ('assistants', '0004_models_of_today'),
        ('knowledge', '0014_trials'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='KnowledgeGap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('title', models.CharField(max_length=500, verbose_name='question')),
                ('status', models.CharField(choices=[('open', 'Open'), ('answered', 'Answered'), ('dismissed', 'Dismissed')], default='open', max_length=16, verbose_name='status')),
                ('asked_count', models.IntegerField(default=0, verbose_name='asked')),
                ('asked_since_closed', models.IntegerField(default=0, verbose_name='asked since it was closed')),
                ('reopened_count', models.IntegerField(default=0, verbose_name='opened again')),
                ('first_asked_at', models.DateTimeField(verbose_name='first asked')),
                ('last_asked_at', models.DateTimeField(verbose_name='last asked')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('assistant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assistants.assistant', verbose_name='assistant')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='knowledge.document', verbose_name='answered by')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'unanswered question',
                'verbose_name_plural': 'unanswered questions',
                'db_table': 'knowledge_gaps',
            },
        ),
        migrations.CreateModel(
            name='KnowledgeGapQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('text', models.CharField(max_length=500, verbose_name='question')),
                ('stems', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None, verbose_name='stems')),
                ('reason', models.CharField(choices=[('not_known', 'The knowledge has no answer'), ('disliked', 'The customer did not like the answer')], default='not_known', max_length=16, verbose_name='reason')),
                ('dialog_uuid', models.UUIDField(blank=True, null=True, verbose_name='dialog')),
                ('seq', models.BigIntegerField(blank=True, null=True, verbose_name='message')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('gap', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='knowledge.knowledgegap', verbose_name='gap')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': "customer's words",
                'verbose_name_plural': "customers' words",
                'db_table': 'knowledge_gap_questions',
            },
        ),
        migrations.AddIndex(
            model_name='knowledgegap',
            index=models.Index(fields=['tenant', 'status', '-asked_count'], name='ix_knowledgegap_pressing'),
        ),
        migrations.AddConstraint(
            model_name='knowledgegap',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'answered', 'dismissed'])), name='ck_knowledge_gaps_status'),
        ),
        migrations.AddConstraint(
            model_name='knowledgegap',
            constraint=models.CheckConstraint(condition=models.Q(('asked_count__gte', 0), ('asked_since_closed__gte', 0), ('reopened_count__gte', 0)), name='ck_knowledge_gaps_counts'),
        ),
        migrations.AddConstraint(
            model_name='knowledgegap',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('status', 'open')), models.Q(models.Q(('status', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='ck_knowledge_gaps_closed_at'),
        ),
        migrations.AddIndex(
            model_name='knowledgegapquestion',
            index=models.Index(fields=['tenant', '-asked_at'], name='ix_knowledgegapquestion_latest'),
        ),
        migrations.AddConstraint(
            model_name='knowledgegapquestion',
            constraint=models.UniqueConstraint(fields=('tenant', 'dialog_uuid', 'seq', 'reason'), name='uq_knowledge_gap_questions_tenant_dialog_uuid_seq_reason'),
        ),
        migrations.AddConstraint(
            model_name='knowledgegapquestion',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['not_known', 'disliked'])), name='ck_knowledge_gap_questions_reason'),
        ),
        touch_updated_at("knowledge_gaps"),
        tenant_key("knowledge_gaps"),
        same_tenant("knowledge_gaps", "assistant_id", "assistants"),
        same_tenant("knowledge_gaps", "document_id", "documents"),
        same_tenant("knowledge_gap_questions", "gap_id", "knowledge_gaps"),
    ]
