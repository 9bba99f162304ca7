import config.db
import config.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pgvector.django.vector
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('accounts', '__first__'),
        ('assistants', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(
            sql='CREATE EXTENSION IF NOT EXISTS vector',
            reverse_sql='',
        ),
        migrations.CreateModel(
            name='KnowledgeEmbedding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('chunk_index', models.IntegerField(verbose_name='number')),
                ('chunk_text', models.TextField(verbose_name='text')),
                ('title', models.CharField(blank=True, max_length=255, verbose_name='title')),
                ('heading_path', models.CharField(blank=True, max_length=500, verbose_name='headings')),
                ('embedding', pgvector.django.vector.VectorField(blank=True, editable=False, null=True, verbose_name='vector')),
                ('embedding_model', models.CharField(blank=True, max_length=128, verbose_name='embedding model')),
                ('dims', models.GeneratedField(db_persist=True, expression=models.Func(models.F('embedding'), function='vector_dims', output_field=models.SmallIntegerField()), output_field=models.SmallIntegerField(), verbose_name='dimensions')),
                ('bits', models.GeneratedField(db_persist=True, expression=models.Func(models.F('embedding'), output_field=config.postgres.fields.VarBitField(), template='binary_quantize(%(expressions)s)::varbit'), output_field=config.postgres.fields.VarBitField(), verbose_name='sign bits')),
                ('doc_type', models.CharField(blank=True, max_length=100, verbose_name='category')),
                ('importance', models.SmallIntegerField(default=5, verbose_name='importance')),
                ('token_count', models.IntegerField(default=0, verbose_name='tokens, estimated')),
                ('chunk_hash', models.CharField(editable=False, max_length=64, verbose_name='SHA-256')),
                ('source', models.CharField(choices=[('document', 'Document'), ('confirmed_knowledge', 'Confirmed answer'), ('website', 'Website')], default='document', max_length=32, verbose_name='source')),
                ('source_name', models.CharField(blank=True, max_length=255, verbose_name='source name')),
                ('version', models.IntegerField(default=1, verbose_name='version')),
                ('is_current', models.BooleanField(default=True, verbose_name='current')),
                ('archived_at', models.DateTimeField(blank=True, null=True, verbose_name='archived')),
                ('is_enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('is_pinned', models.BooleanField(default=False, verbose_name='pinned')),
                ('metadata', models.JSONField(blank=True, default=dict, verbose_name='metadata')),
                ('assistant', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assistants.assistant', verbose_name='assistant')),
            ],
            options={
                'verbose_name': 'passage',
                'verbose_name_plural': 'passages',
                'db_table': 'knowledge_embeddings',
                'constraints': [models.CheckConstraint(condition=models.Q(('importance__gte', 1), ('importance__lte', 10), ('chunk_index__gte', 0), ('token_count__gte', 0), ('version__gte', 1)), name='ck_knowledge_embeddings_amounts'), models.CheckConstraint(condition=models.Q(('embedding__isnull', True), models.Q(('embedding_model', ''), _negated=True), _connector='OR'), name='ck_knowledge_embeddings_model'), models.CheckConstraint(condition=models.Q(('is_current', False), ('archived_at__isnull', True), _connector='OR'), name='ck_knowledge_embeddings_current')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('filename', models.CharField(max_length=255, verbose_name='file name')),
                ('title', models.CharField(max_length=255, verbose_name='title')),
                ('size', models.BigIntegerField(verbose_name='size, bytes')),
                ('doc_hash', models.CharField(blank=True, editable=False, max_length=64, null=True, verbose_name='SHA-256')),
                ('mime', models.CharField(blank=True, max_length=100, verbose_name='type')),
                ('file', models.FileField(blank=True, max_length=255, upload_to='', verbose_name='file')),
                ('category', models.CharField(blank=True, max_length=100, verbose_name='category')),
                ('importance', models.SmallIntegerField(default=5, verbose_name='importance')),
                ('status', models.CharField(choices=[('uploaded', 'Waiting'), ('extracting', 'Reading'), ('embedding', 'Indexing'), ('ready', 'Ready'), ('failed', 'Failed'), ('archived', 'Archived')], default='uploaded', max_length=16, verbose_name='status')),
                ('error_code', models.CharField(blank=True, choices=[('empty', 'The file is empty (0 bytes). Save the document again and upload it once more.'), ('too_large', 'The file is too large. Split it into smaller parts and upload them one by one.'), ('too_long', 'The document is too long. Split it into smaller parts and upload them one by one.'), ('unsupported', 'This kind of file cannot be read. Upload txt, md, html, csv, pdf or docx.'), ('wrong_type', 'The content of the file is not what its name says. Check the file and its extension.'), ('encrypted', 'The file is protected by a password. Remove the password and upload it again.'), ('corrupt', 'The file is damaged and cannot be opened. Save it again and upload the new copy.'), ('bomb', 'The archive inside the file unpacks to far more data than a document holds, so it was not opened.'), ('no_text', 'There is no text in the file. If it is a scan, recognise its text first.'), ('timeout', 'Reading the file took too long. Simplify it or split it into smaller parts.'), ('memory', 'Reading the file took too much memory. Simplify it or split it into smaller parts.'), ('crashed', 'Reading the file failed. Save it in another format, for example docx or txt, and try again.'), ('lost', 'The stored file is gone. Upload it again.'), ('no_model', 'No model is available to index the text right now. Try again later.'), ('no_money', 'The balance is too low to add this document. Top it up and try again.'), ('interrupted', 'Processing was interrupted several times. Try again.')], max_length=16, verbose_name='problem')),
                ('error_message', models.TextField(blank=True, verbose_name='problem in words')),
                ('progress', models.SmallIntegerField(default=0, verbose_name='progress, %')),
                ('chunk_count', models.IntegerField(default=0, verbose_name='passages')),
                ('version', models.IntegerField(default=1, verbose_name='version')),
                ('is_current', models.BooleanField(default=False, verbose_name='searched')),
                ('archived_at', models.DateTimeField(blank=True, null=True, verbose_name='archived')),
                ('locked_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='leased until')),
                ('attempts', models.SmallIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('assistant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assistants.assistant', verbose_name='assistant')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('supersedes', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='superseded_by', to='knowledge.document', verbose_name='replaces')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'document',
                'verbose_name_plural': 'documents',
                'db_table': 'documents',
                'constraints': [models.UniqueConstraint(condition=models.Q(('archived_at__isnull', True), ('doc_hash__isnull', False)), fields=('tenant', 'assistant', 'doc_hash'), name='uq_documents_tenant_assistant_doc_hash', nulls_distinct=False), models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('tenant', 'assistant', 'filename'), name='uq_documents_tenant_assistant_filename', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('status__in', ['uploaded', 'extracting', 'embedding', 'ready', 'failed', 'archived'])), name='ck_documents_status'), models.CheckConstraint(condition=models.Q(('error_code__in', ['', 'empty', 'too_large', 'too_long', 'unsupported', 'wrong_type', 'encrypted', 'corrupt', 'bomb', 'no_text', 'timeout', 'memory', 'crashed', 'lost', 'no_model', 'no_money', 'interrupted'])), name='ck_documents_error_code'), models.CheckConstraint(condition=models.Q(('is_current', False), models.Q(('archived_at__isnull', True), ('status', 'ready')), _connector='OR'), name='ck_documents_current'), models.CheckConstraint(condition=models.Q(('importance__gte', 1), ('importance__lte', 10)), name='ck_documents_importance'), models.CheckConstraint(condition=models.Q(('progress__gte', 0), ('progress__lte', 100), ('size__gte', 0), ('attempts__gte', 0), ('chunk_count__gte', 0), ('version__gte', 1)), name='ck_documents_amounts')],
            },
        ),
        migrations.CreateModel(
            name='EmbeddingModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('name', models.CharField(max_length=128, verbose_name='model')),
                ('dims', models.IntegerField(verbose_name='dimensions')),
                ('is_lexical', models.BooleanField(default=False, verbose_name='compares words only')),
                ('accuracy_ru', models.FloatField(default=0, verbose_name='accuracy in Russian')),
                ('accuracy_en', models.FloatField(default=0, verbose_name='accuracy in English')),
                ('threshold', models.FloatField(default=1, verbose_name='threshold')),
                ('probed_at', models.DateTimeField(verbose_name='measured')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'embedding model',
                'verbose_name_plural': 'embedding models',
                'db_table': 'embedding_models',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name'), name='uq_embedding_models_tenant_name'), models.CheckConstraint(condition=models.Q(('accuracy_en__range', (0, 1)), ('accuracy_ru__range', (0, 1)), ('threshold__range', (-1, 1)), ('dims__gt', 0)), name='ck_embedding_models_amounts')],
            },
        ),
        migrations.CreateModel(
            name='KnowledgeLexical',
            fields=[
                ('chunk', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='lexical', serialize=False, to='knowledge.knowledgeembedding', verbose_name='passage')),
                ('lex', config.postgres.fields.SparseVectorField(dimensions=268435456, editable=False, verbose_name='words')),
            ],
            options={
                'verbose_name': 'words of a passage',
                'verbose_name_plural': 'words of passages',
                'db_table': 'knowledge_lexical',
            },
        ),
        migrations.AddField(
            model_name='knowledgeembedding',
            name='document',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='knowledge.document', verbose_name='document'),
        ),
        migrations.AddField(
            model_name='knowledgeembedding',
            name='tenant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant'),
        ),
        migrations.CreateModel(
            name='KnowledgeEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('content', models.TextField(verbose_name='text')),
                ('type', models.CharField(choices=[('summary', 'Summary'), ('original', 'Original text'), ('confirmed', 'Confirmed answer')], default='summary', max_length=16, verbose_name='type')),
                ('doc_type', models.CharField(blank=True, max_length=100, verbose_name='kind of document')),
                ('importance', models.SmallIntegerField(default=5, verbose_name='importance')),
                ('usage_count', models.IntegerField(default=0, verbose_name='used')),
                ('last_used', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                ('assistant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assistants.assistant', verbose_name='assistant')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='knowledge.document', verbose_name='document')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'knowledge entry',
                'verbose_name_plural': 'knowledge entries',
                'db_table': 'user_knowledge',
                'constraints': [models.UniqueConstraint(condition=models.Q(('document__isnull', False)), fields=('document', 'type'), name='uq_user_knowledge_document_type'), models.CheckConstraint(condition=models.Q(('type__in', ['summary', 'original', 'confirmed'])), name='ck_user_knowledge_type'), models.CheckConstraint(condition=models.Q(('importance__gte', 1), ('importance__lte', 10), ('usage_count__gte', 0)), name='ck_user_knowledge_amounts')],
            },
        ),
        migrations.CreateModel(
            name='KnowledgeTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('term', models.IntegerField(verbose_name='term, hashed')),
                ('df', models.IntegerField(verbose_name='passages')),
                ('assistant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assistants.assistant', verbose_name='assistant')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'term',
                'verbose_name_plural': 'terms',
                'db_table': 'knowledge_terms',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'assistant', 'term'), include=('df',), name='uq_knowledge_terms_tenant_assistant_term', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('df__gte', 0), ('term__gte', 0)), name='ck_knowledge_terms_amounts')],
            },
        ),
        migrations.CreateModel(
            name='QueryEmbedding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('query_hash', models.CharField(editable=False, max_length=64, verbose_name='SHA-256')),
                ('query_text', models.TextField(verbose_name='question')),
                ('embedding', pgvector.django.vector.VectorField(editable=False, verbose_name='vector')),
                ('embedding_model', models.CharField(max_length=128, verbose_name='embedding model')),
                ('usage_count', models.IntegerField(default=1, verbose_name='used')),
                ('last_used', models.DateTimeField(verbose_name='last used')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'cached question',
                'verbose_name_plural': 'cached questions',
                'db_table': 'query_embeddings_cache',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'query_hash'), name='uq_query_embeddings_cache_tenant_query_hash'), models.CheckConstraint(condition=models.Q(('usage_count__gte', 0)), name='ck_query_embeddings_cache_usage_count')],
            },
        ),
        migrations.AddField(
            model_name='knowledgelexical',
            name='assistant',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assistants.assistant', verbose_name='assistant'),
        ),
        migrations.AddField(
            model_name='knowledgelexical',
            name='tenant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant'),
        ),
        migrations.AddConstraint(
            model_name='knowledgeembedding',
            constraint=models.UniqueConstraint(fields=('document', 'chunk_index'), name='uq_knowledge_embeddings_document_chunk_index'),
        ),
        migrations.AddConstraint(
            model_name='knowledgeembedding',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['document', 'confirmed_knowledge', 'website'])), name='ck_knowledge_embeddings_source'),
        ),
    ]
