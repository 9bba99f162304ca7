import config.db
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.postgres.operations import same_tenant, tenant_key


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_platform_catalogue'),
        ('assistants', '0004_models_of_today'),
        ('knowledge', '0015_gaps'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='knowledgeentry',
            name='ck_user_knowledge_amounts',
        ),
        migrations.AddField(
            model_name='knowledgeembedding',
            name='entry',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='passages', to='knowledge.knowledgeentry', verbose_name='confirmed answer'),
        ),
        migrations.AddField(
            model_name='knowledgeentry',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='given by'),
        ),
        migrations.AddField(
            model_name='knowledgeentry',
            name='dialog_uuid',
            field=models.UUIDField(blank=True, null=True, verbose_name='dialog'),
        ),
        migrations.AddField(
            model_name='knowledgeentry',
            name='masked_count',
            field=models.IntegerField(db_default=0, default=0, verbose_name='masked'),
        ),
        migrations.AddField(
            model_name='knowledgeentry',
            name='question',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='question'),
        ),
        migrations.AddField(
            model_name='knowledgeentry',
            name='reviewed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='reviewed'),
        ),
        migrations.AddField(
            model_name='knowledgeentry',
            name='reviewed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by'),
        ),
        migrations.AddField(
            model_name='knowledgeentry',
            name='seq',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='message'),
        ),
        migrations.AddField(
            model_name='knowledgeentry',
            name='status',
            field=models.CharField(choices=[('proposed', 'To review'), ('active', 'In use'), ('rejected', 'Rejected'), ('retired', 'Taken out of use')], db_default='active', default='active', max_length=16, verbose_name='status'),
        ),
        migrations.AddField(
            model_name='knowledgeentry',
            name='uuid',
            field=models.UUIDField(default=config.db.new_uuid, editable=False, null=True),
        ),
        migrations.RunSQL('UPDATE user_knowledge SET uuid = gen_random_uuid()', migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='knowledgeentry',
            name='uuid',
            field=models.UUIDField(default=config.db.new_uuid, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name='knowledgegap',
            name='entry',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='knowledge.knowledgeentry', verbose_name='confirmed answer'),
        ),
        migrations.AddConstraint(
            model_name='knowledgeentry',
            constraint=models.UniqueConstraint(fields=('tenant', 'dialog_uuid', 'seq'), name='uq_user_knowledge_tenant_dialog_uuid_seq'),
        ),
        migrations.AddConstraint(
            model_name='knowledgeentry',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['proposed', 'active', 'rejected', 'retired'])), name='ck_user_knowledge_status'),
        ),
        migrations.AddConstraint(
            model_name='knowledgeentry',
            constraint=models.CheckConstraint(condition=models.Q(('importance__gte', 1), ('importance__lte', 10), ('masked_count__gte', 0), ('usage_count__gte', 0)), name='ck_user_knowledge_amounts'),
        ),
        migrations.AddConstraint(
            model_name='knowledgeentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('type', 'confirmed'), _negated=True), models.Q(('status', 'active'), _negated=True), models.Q(('question', ''), _negated=True), _connector='OR'), name='ck_user_knowledge_question'),
        ),
        tenant_key("user_knowledge"),
        same_tenant("knowledge_embeddings", "entry_id", "user_knowledge"),
        same_tenant("knowledge_gaps", "entry_id", "user_knowledge"),
    ]
