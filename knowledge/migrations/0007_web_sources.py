import config.db
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_platform_catalogue'),
        ('assistants', '0004_models_of_today'),
        ('knowledge', '0006_document_series'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WebSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('url', models.CharField(max_length=2000, verbose_name='address')),
                ('kind', models.CharField(choices=[('crawl', 'Follow links'), ('sitemap', 'Read the sitemap'), ('page', 'Only this page')], default='crawl', max_length=16, verbose_name='pages')),
                ('max_depth', models.SmallIntegerField(default=3, verbose_name='links away at most')),
                ('max_pages', models.IntegerField(default=50, verbose_name='pages at most')),
                ('include', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=500), blank=True, default=list, size=None, verbose_name='only below')),
                ('exclude', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=500), blank=True, default=list, size=None, verbose_name='not below')),
                ('schedule', models.CharField(choices=[('manual', 'Only when asked'), ('daily', 'Every day'), ('weekly', 'Every week'), ('monthly', 'Every month')], default='weekly', max_length=16, verbose_name='read anew')),
                ('next_run_at', models.DateTimeField(blank=True, null=True, verbose_name='next reading')),
                ('status', models.CharField(choices=[('queued', 'Waiting'), ('running', 'Being read'), ('ready', 'Up to date'), ('partial', 'Read in part'), ('failed', 'Failed'), ('stopped', 'Stopped'), ('removing', 'Being removed')], default='queued', max_length=16, verbose_name='status')),
                ('problem_code', models.CharField(blank=True, choices=[('not_public', 'The address does not lead to the public internet.'), ('unreachable', 'The site does not answer.'), ('timeout', 'The site answers too slowly.'), ('too_large', 'The page is too large.'), ('too_many_redirects', 'The address leads in a circle.'), ('elsewhere', 'The address leads to another site.'), ('moved', 'The page leads to another page of the site.'), ('bad_answer', 'The answer is no web page.'), ('bad_address', 'This is no address of a web page.'), ('refused', 'The site does not let us in.'), ('robots', 'The site’s robots.txt asks not to read it.'), ('no_index', 'The page asks not to be indexed.'), ('not_found', 'There is no such page any more.'), ('unlinked', 'Nothing leads to the page any more.'), ('no_text', 'There is no text on the page.'), ('unreadable', 'The page could not be read.'), ('no_sitemap', 'No sitemap was found. Choose “Follow links” instead.'), ('excluded', 'You left this page out.'), ('page_limit', 'The site has more pages than you allowed.'), ('size_limit', 'The site is larger than one reading may be.'), ('time_limit', 'The reading took too long and was ended.'), ('no_money', 'The balance is too low for more pages.'), ('interrupted', 'The reading was interrupted several times.')], max_length=24, verbose_name='problem')),
                ('run', models.IntegerField(default=0, verbose_name='reading')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='began')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('found_count', models.IntegerField(default=0, verbose_name='pages found')),
                ('new_count', models.IntegerField(default=0, verbose_name='new pages')),
                ('changed_count', models.IntegerField(default=0, verbose_name='changed pages')),
                ('gone_count', models.IntegerField(default=0, verbose_name='pages gone')),
                ('bytes_read', models.BigIntegerField(default=0, verbose_name='bytes read')),
                ('locked_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='leased until')),
                ('attempts', models.SmallIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('assistant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assistants.assistant', verbose_name='assistant')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'website',
                'verbose_name_plural': 'websites',
                'db_table': 'web_sources',
            },
        ),
        migrations.CreateModel(
            name='WebPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('url', models.CharField(max_length=2000, verbose_name='address')),
                ('title', models.CharField(blank=True, max_length=255, verbose_name='title')),
                ('state', models.CharField(choices=[('queued', 'Waiting'), ('taken', 'In the knowledge'), ('repeated', 'Same as another'), ('skipped', 'Left out'), ('failed', 'Not readable'), ('gone', 'Gone')], default='queued', max_length=16, verbose_name='state')),
                ('problem_code', models.CharField(blank=True, choices=[('not_public', 'The address does not lead to the public internet.'), ('unreachable', 'The site does not answer.'), ('timeout', 'The site answers too slowly.'), ('too_large', 'The page is too large.'), ('too_many_redirects', 'The address leads in a circle.'), ('elsewhere', 'The address leads to another site.'), ('moved', 'The page leads to another page of the site.'), ('bad_answer', 'The answer is no web page.'), ('bad_address', 'This is no address of a web page.'), ('refused', 'The site does not let us in.'), ('robots', 'The site’s robots.txt asks not to read it.'), ('no_index', 'The page asks not to be indexed.'), ('not_found', 'There is no such page any more.'), ('unlinked', 'Nothing leads to the page any more.'), ('no_text', 'There is no text on the page.'), ('unreadable', 'The page could not be read.'), ('no_sitemap', 'No sitemap was found. Choose “Follow links” instead.'), ('excluded', 'You left this page out.'), ('page_limit', 'The site has more pages than you allowed.'), ('size_limit', 'The site is larger than one reading may be.'), ('time_limit', 'The reading took too long and was ended.'), ('no_money', 'The balance is too low for more pages.'), ('interrupted', 'The reading was interrupted several times.')], max_length=24, verbose_name='problem')),
                ('is_excluded', models.BooleanField(default=False, verbose_name='left out')),
                ('http_status', models.SmallIntegerField(blank=True, null=True, verbose_name='HTTP status')),
                ('depth', models.SmallIntegerField(default=0, verbose_name='links away')),
                ('run', models.IntegerField(default=0, verbose_name='last found in reading')),
                ('visited', models.IntegerField(default=0, verbose_name='last visited in reading')),
                ('etag', models.CharField(blank=True, editable=False, max_length=255, verbose_name='ETag')),
                ('last_modified', models.CharField(blank=True, editable=False, max_length=64, verbose_name='Last-Modified')),
                ('text_hash', models.CharField(blank=True, editable=False, max_length=64, verbose_name='SHA-256')),
                ('links', models.JSONField(blank=True, default=list, editable=False, verbose_name='links')),
                ('fetched_at', models.DateTimeField(blank=True, null=True, verbose_name='visited')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='pages', to='knowledge.document', verbose_name='document')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='pages', to='knowledge.websource', verbose_name='website')),
            ],
            options={
                'verbose_name': 'page of a website',
                'verbose_name_plural': 'pages of websites',
                'db_table': 'web_pages',
            },
        ),
        migrations.AddConstraint(
            model_name='websource',
            constraint=models.UniqueConstraint(fields=('tenant', 'assistant', 'url'), name='uq_web_sources_tenant_assistant_url', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='websource',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['crawl', 'sitemap', 'page'])), name='ck_web_sources_kind'),
        ),
        migrations.AddConstraint(
            model_name='websource',
            constraint=models.CheckConstraint(condition=models.Q(('schedule__in', ['manual', 'daily', 'weekly', 'monthly'])), name='ck_web_sources_schedule'),
        ),
        migrations.AddConstraint(
            model_name='websource',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'running', 'ready', 'partial', 'failed', 'stopped', 'removing'])), name='ck_web_sources_status'),
        ),
        migrations.AddConstraint(
            model_name='websource',
            constraint=models.CheckConstraint(condition=models.Q(('problem_code__in', ['', 'not_public', 'unreachable', 'timeout', 'too_large', 'too_many_redirects', 'elsewhere', 'moved', 'bad_answer', 'bad_address', 'refused', 'robots', 'no_index', 'not_found', 'unlinked', 'no_text', 'unreadable', 'no_sitemap', 'excluded', 'page_limit', 'size_limit', 'time_limit', 'no_money', 'interrupted'])), name='ck_web_sources_problem_code'),
        ),
        migrations.AddConstraint(
            model_name='websource',
            constraint=models.CheckConstraint(condition=models.Q(('max_depth__range', (0, 10)), ('max_pages__range', (1, 2000))), name='ck_web_sources_limits'),
        ),
        migrations.AddConstraint(
            model_name='websource',
            constraint=models.CheckConstraint(condition=models.Q(('attempts__gte', 0), ('found_count__gte', 0), ('new_count__gte', 0), ('run__gte', 0), ('bytes_read__gte', 0), ('changed_count__gte', 0), ('gone_count__gte', 0)), name='ck_web_sources_amounts'),
        ),
        migrations.AddConstraint(
            model_name='webpage',
            constraint=models.UniqueConstraint(fields=('source', 'url'), name='uq_web_pages_source_url'),
        ),
        migrations.AddConstraint(
            model_name='webpage',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'taken', 'repeated', 'skipped', 'failed', 'gone'])), name='ck_web_pages_state'),
        ),
        migrations.AddConstraint(
            model_name='webpage',
            constraint=models.CheckConstraint(condition=models.Q(('problem_code__in', ['', 'not_public', 'unreachable', 'timeout', 'too_large', 'too_many_redirects', 'elsewhere', 'moved', 'bad_answer', 'bad_address', 'refused', 'robots', 'no_index', 'not_found', 'unlinked', 'no_text', 'unreadable', 'no_sitemap', 'excluded', 'page_limit', 'size_limit', 'time_limit', 'no_money', 'interrupted'])), name='ck_web_pages_problem_code'),
        ),
        migrations.AddConstraint(
            model_name='webpage',
            constraint=models.CheckConstraint(condition=models.Q(('depth__gte', 0), ('run__gte', 0), ('visited__gte', 0)), name='ck_web_pages_amounts'),
        ),
    ]
