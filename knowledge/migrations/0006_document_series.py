import config.db
from django.conf import settings
from django.db import migrations, models

# Until now the versions of a document were told by its name; what was refused at the door has none.
BY_NAME = """
UPDATE documents SET series = named.series FROM (
  SELECT id, first_value(uuid) OVER (
    PARTITION BY tenant_id, assistant_id, filename, CASE WHEN doc_hash IS NULL THEN id END ORDER BY id
  ) AS series FROM documents
) AS named WHERE named.id = documents.id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_platform_catalogue'),
        ('assistants', '0004_models_of_today'),
        ('knowledge', '0005_stem_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='document',
            name='uq_documents_tenant_assistant_filename',
        ),
        migrations.RemoveConstraint(
            model_name='document',
            name='ck_documents_amounts',
        ),
        migrations.AddField(
            model_name='document',
            name='chunk_total',
            field=models.IntegerField(default=0, verbose_name='passages when done'),
        ),
        migrations.AddField(
            model_name='document',
            name='series',
            field=models.UUIDField(default=config.db.new_uuid, editable=False, verbose_name='series'),
        ),
        migrations.AddField(
            model_name='document',
            name='source',
            field=models.CharField(choices=[('document', 'Document'), ('confirmed_knowledge', 'Confirmed answer'), ('website', 'Website')], default='document', max_length=32, verbose_name='source'),
        ),
        migrations.AddField(
            model_name='document',
            name='url',
            field=models.CharField(blank=True, max_length=2000, verbose_name='web address'),
        ),
        migrations.RunSQL(["SET CONSTRAINTS ALL IMMEDIATE", BY_NAME], migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='document',
            name='error_code',
            field=models.CharField(blank=True, choices=[('empty', 'The file is empty (0 bytes). Save the document again and upload it once more.'), ('too_large', 'The file is too large. Split it into smaller parts and upload them one by one.'), ('too_long', 'The document is too long. Split it into smaller parts and upload them one by one.'), ('unsupported', 'This kind of file cannot be read. Upload txt, md, html, csv, pdf, docx, xlsx or pptx.'), ('wrong_type', 'The content of the file is not what its name says. Check the file and its extension.'), ('encrypted', 'The file is protected by a password. Remove the password and upload it again.'), ('corrupt', 'The file is damaged and cannot be opened. Save it again and upload the new copy.'), ('bomb', 'The archive inside the file unpacks to far more data than a document holds, so it was not opened.'), ('no_text', 'There is no text in the file. If it is a scan, recognise its text first.'), ('timeout', 'Reading the file took too long. Simplify it or split it into smaller parts.'), ('memory', 'Reading the file took too much memory. Simplify it or split it into smaller parts.'), ('crashed', 'Reading the file failed. Save it in another format, for example docx or txt, and try again.'), ('lost', 'The stored file is gone. Upload it again.'), ('no_model', 'No model is available to index the text right now. Try again later.'), ('no_money', 'The balance is too low to add this document. Top it up and try again.'), ('interrupted', 'Processing was interrupted several times. Try again.')], max_length=16, verbose_name='problem'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('tenant', 'series'), name='uq_documents_tenant_series'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('tenant', 'series', 'version'), name='uq_documents_tenant_series_version'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['document', 'confirmed_knowledge', 'website'])), name='ck_documents_source'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('progress__gte', 0), ('progress__lte', 100), ('size__gte', 0), ('attempts__gte', 0), ('chunk_count__gte', 0), ('chunk_total__gte', 0), ('version__gte', 1)), name='ck_documents_amounts'),
        ),
    ]
