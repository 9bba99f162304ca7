import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.postgres.operations import same_tenant


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_platform_catalogue'),
        ('assistants', '0004_models_of_today'),
        ('knowledge', '0011_reembedding_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='KnowledgeUse',
            fields=[
                ('chunk', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='use', serialize=False, to='knowledge.knowledgeembedding', verbose_name='passage')),
                ('count', models.IntegerField(default=0, verbose_name='answers')),
                ('last_used', models.DateTimeField(verbose_name='last used')),
            ],
            options={
                'verbose_name': 'use of a passage',
                'verbose_name_plural': 'uses of passages',
                'db_table': 'knowledge_uses',
            },
        ),
        migrations.RemoveConstraint(
            model_name='knowledgeembedding',
            name='ck_knowledge_embeddings_amounts',
        ),
        migrations.RemoveConstraint(
            model_name='knowledgeembedding',
            name='uq_knowledge_embeddings_document_chunk_index',
        ),
        migrations.AddField(
            model_name='knowledgeembedding',
            name='edited_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='edited'),
        ),
        migrations.AddField(
            model_name='knowledgeembedding',
            name='edited_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='edited by'),
        ),
        migrations.AddField(
            model_name='knowledgeembedding',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='absorbed', to='knowledge.knowledgeembedding', verbose_name='merged into'),
        ),
        migrations.AddField(
            model_name='knowledgeembedding',
            name='original_text',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='text as it was cut'),
        ),
        migrations.AddField(
            model_name='knowledgeembedding',
            name='original_title',
            field=models.CharField(blank=True, db_default='', default='', max_length=255, verbose_name='title as it was'),
        ),
        migrations.AddField(
            model_name='knowledgeembedding',
            name='part',
            field=models.SmallIntegerField(db_default=0, default=0, verbose_name='part'),
        ),
        migrations.AddField(
            model_name='knowledgeembedding',
            name='split_from',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='knowledge.knowledgeembedding', verbose_name='split off from'),
        ),
        migrations.AddConstraint(
            model_name='knowledgeembedding',
            constraint=models.UniqueConstraint(fields=('document', 'chunk_index', 'part'), name='uq_knowledge_embeddings_document_chunk_index_part'),
        ),
        migrations.AddConstraint(
            model_name='knowledgeembedding',
            constraint=models.CheckConstraint(condition=models.Q(('importance__gte', 1), ('importance__lte', 10), ('chunk_index__gte', 0), ('part__gte', 0), ('token_count__gte', 0), ('version__gte', 1)), name='ck_knowledge_embeddings_amounts'),
        ),
        migrations.AddConstraint(
            model_name='knowledgeembedding',
            constraint=models.CheckConstraint(condition=models.Q(('is_current', False), ('merged_into__isnull', True), _connector='OR'), name='ck_knowledge_embeddings_merged'),
        ),
        migrations.AddField(
            model_name='knowledgeuse',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant'),
        ),
        migrations.AddConstraint(
            model_name='knowledgeuse',
            constraint=models.CheckConstraint(condition=models.Q(('count__gte', 0)), name='ck_knowledge_uses_count'),
        ),
        same_tenant("knowledge_embeddings", "split_from_id", "knowledge_embeddings"),
        same_tenant("knowledge_embeddings", "merged_into_id", "knowledge_embeddings"),
        same_tenant("knowledge_uses", "chunk_id", "knowledge_embeddings"),
    ]
