# syntax=docker/dockerfile:1
# One image for every process: web, workers, beat, migrations and the embedded model server.
FROM python:3.12-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/requirements.lock

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    OTKLIK_DATA=/data \
    STATIC_ROOT=/app/static
RUN groupadd --gid 10001 otklik \
 && useradd --uid 10001 --gid otklik --no-create-home --home-dir /data otklik \
 && install -d -o otklik -g otklik /app /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY --chown=otklik:otklik manage.py pyproject.toml ./
COPY --chown=otklik:otklik config ./config
COPY --chown=otklik:otklik accounts ./accounts
COPY --chown=otklik:otklik billing ./billing
COPY --chown=otklik:otklik assistants ./assistants
COPY --chown=otklik:otklik knowledge ./knowledge
COPY --chown=otklik:otklik dialogs ./dialogs
COPY --chown=otklik:otklik operators ./operators
COPY --chown=otklik:otklik marketplace ./marketplace
COPY --chown=otklik:otklik templates ./templates
USER otklik
# The secrets of this step reach no layer: they exist for its one command, and nothing is encrypted with them.
RUN for po in config/locale/*/LC_MESSAGES/*.po; do \
      if [ -f "$po" ]; then pybabel -q compile -f -i "$po" -o "${po%.po}.mo"; fi; \
    done \
 && SECRET_KEY=build ENCRYPTION_KEYS=YnVpbGRidWlsZGJ1aWxkYnVpbGRidWlsZGJ1aWxkYnU= \
    python manage.py collectstatic --noinput --verbosity 0
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=40s --retries=6 \
  CMD ["python", "-c", "import http.client; c = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/healthz', headers={'Host': 'localhost'}); raise SystemExit(c.getresponse().status != 200)"]
CMD ["daphne", "--bind", "0.0.0.0", "--port", "8000", "--no-server-name", "--application-close-timeout", "5", "config.asgi:application"]
