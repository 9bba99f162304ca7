"""One settings file; environments differ by variables only (docs/settings.md)."""

import sys
from pathlib import Path
from urllib.parse import unquote

from django.utils.translation import gettext_lazy as _

from config.env import BASE_DIR, DATA_DIR, SERVICES, WB_CLIENT_SECRET, WB_SANDBOX, WB_SPEED, env  # noqa: F401 -- read
from config.logs import LOGGING, configure_structlog  # noqa: F401 -- LOGGING is a setting
from config.money import BALANCE_LOW, PAYMENT_PAGES, RECEIPTS, ROBOKASSA, RUNWAY_LOW_DAYS, YOOKASSA  # noqa: F401 -- read
from config.openapi import SPECTACULAR_SETTINGS  # noqa: F401 -- a setting
from config.policy import content_security_policy
from config.rest import API_RATE, REST_FRAMEWORK, SIMPLE_JWT  # noqa: F401 -- settings
from config.schedule import DEFAULT_QUEUE, ROUTES, SCHEDULE
from config.unfold import UNFOLD  # noqa: F401 -- a setting

# --- What this process is -------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=[])  # newest first
PORT = env.int("PORT", default=8000)
BASE_URL = env.str("BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
IS_SECURE = BASE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[BASE_URL])
DATA_ROOT: Path = DATA_DIR

INSTALLED_APPS = [
    *(["daphne"] if "runserver" in sys.argv else []),  # only to make runserver speak ASGI; costs each process 20 MB
    "unfold.apps.BasicAppConfig",  # the default one would replace our admin site
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "config.apps.AdminConfig",  # after unfold, whose templates stand in for Django's
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "django_htmx",
    "django_celery_beat",
    "django_structlog",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.yandex",
    "allauth.mfa",
    "allauth.usersessions",
    "config.apps.ConfigConfig",
    "accounts",
    "billing",
    "assistants",
    "knowledge",
    "dialogs",
    "operators",
    "marketplace",
]

MIDDLEWARE = [
    "config.traffic.TrafficMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.maintenance.MaintenanceMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.impersonation.ImpersonationMiddleware",
    "accounts.middleware.TenantMiddleware",
    "accounts.middleware.ApprovalMiddleware",
    "accounts.api.idempotency.IdempotencyMiddleware",
    "config.middleware.RefusalMiddleware",
    "accounts.api.limits.RateLimitMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.workspace",
            ],
        },
    }
]

# --- Data -------------------------------------------------------------------
POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=12)  # 0: no pool
DATABASE_PREPARED_STATEMENTS = env.bool("DATABASE_PREPARED_STATEMENTS", default=True)  # off behind PgBouncer < 1.21
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgresql://otklik@127.0.0.1:5432/otklik"),
        "ENGINE": "config.postgres",
        "CONN_MAX_AGE": 0,  # under ASGI a persistent connection belongs to a thread that never ends
        "CONN_HEALTH_CHECKS": not POOL_SIZE,  # config.postgres looks at what a pool gives out
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "TEST": {"TEMPLATE": "template0"},
    }
}
DATABASES["default"]["HOST"] = unquote(DATABASES["default"].get("HOST", ""))  # a folder of sockets is written %2Fpath
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"] |= {
    "pool": {"min_size": 1, "max_size": POOL_SIZE, "timeout": 5} if POOL_SIZE else False,
    "options": "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=5000 "
    f"-c statement_timeout={env.int('DATABASE_STATEMENT_TIMEOUT_MS', default=30_000)}",
}
BACKUP_ROOT = Path(env.str("BACKUP_ROOT", default=str(DATA_DIR / "backups")))
BACKUPS_KEPT = env.int("BACKUPS_KEPT", default=14)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379").rstrip("/")
CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgetfulRedisCache",
        "LOCATION": f"{REDIS_URL}/2",
        "TIMEOUT": 300,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    },
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},  # what may be seconds old, for seconds
}
STORAGES = {
    "default": {
        "BACKEND": env.str("FILE_STORAGE", default="django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json("FILE_STORAGE_OPTIONS", default={}),
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "media"
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = env.bool("STATIC_FINDERS", default=DEBUG)
KNOWLEDGE_STALE_MONTHS = env.int("KNOWLEDGE_STALE_MONTHS", default=12)  # then a document is worth a look
DATA_UPLOAD_MAX_MEMORY_SIZE, UPLOAD_MAX_BYTES = 2 * 1024 * 1024, env.int("UPLOAD_MAX_BYTES", default=50 * 1024 * 1024)
SOCKETS_PER_ADDRESS = env.int("SOCKETS_PER_ADDRESS", default=200)  # config/crowds.py
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "config.uploads.BoundedFileUploadHandler",
]

# --- People -------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL, LOGIN_REDIRECT_URL = "account_login", "/"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail is unique through an index on lower(email)
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_CHANGE_EMAIL = True  # a person has one e-mail
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {"login": "accounts.forms.LoginForm", "signup": "accounts.forms.SignupForm"}
PASSWORD_RESET_TIMEOUT = 4 * 3600
ACCOUNT_RATE_LIMITS = {"login_failed": env.str("LOGIN_FAILED_RATE", default="10/m/ip,5/5m/key")}
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Otklik"
REQUIRE_APPROVAL = env.bool("REQUIRE_APPROVAL", default=True)
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_SSL_REDIRECT = IS_SECURE and env.bool("SSL_REDIRECT", default=True)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
PAYMENT_SANDBOX = env.bool("PAYMENT_SANDBOX", default=not IS_SECURE)  # top-ups without money

# --- Language and time -----------------------------------------------------
LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Europe/Moscow"

# --- Queues and sockets -----------------------------------------------------
CELERY_BROKER_URL = f"{REDIS_URL}/0"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 15,
    "socket_connect_timeout": 3,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT, CELERY_WORKER_HIJACK_ROOT_LOGGER = True, False
CELERY_TASK_TIME_LIMIT, CELERY_TASK_SOFT_TIME_LIMIT = 300, 270
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE, CELERY_TASK_ROUTES, CELERY_BEAT_SCHEDULE = DEFAULT_QUEUE, ROUTES, SCHEDULE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_TIMEZONE = TIME_ZONE
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {
            # redis-py 8 times reads out by default, which would end idle consumers
            "hosts": [{"address": f"{REDIS_URL}/1", "socket_timeout": None, "socket_connect_timeout": 2}],
            "capacity": 2000,
            "expiry": 30,
            "group_expiry": 86_400,
        },
    }
}

# --- Models (docs/models.md) ---------------------------------------------
LLM_BASE_URL = env.str("LLM_BASE_URL", default="")
LLM_API_KEY = env.str("LLM_API_KEY", default="")
LLM_CHAT_MODEL, LLM_SMALL_MODEL = env.str("LLM_CHAT_MODEL", default=""), env.str("LLM_SMALL_MODEL", default="")
LLM_EMBEDDING_MODEL = env.str("LLM_EMBEDDING_MODEL", default="")
EMBEDDED_MODEL_URL = env.str("EMBEDDED_MODEL_URL", default="")  # set by `manage.py up`
LLM_TIMEOUT_SECONDS = env.float("LLM_TIMEOUT_SECONDS", default=45)
LLM_ALLOW_PRIVATE_ADDRESSES = env.bool("LLM_ALLOW_PRIVATE_ADDRESSES", default=False)  # for tenants' own model servers
OUTSIDE_ALLOW_PRIVATE_ADDRESSES = env.bool("OUTSIDE_ALLOW_PRIVATE_ADDRESSES", default=False)  # for sites people name
CRAWL_DELAY_SECONDS = env.float("CRAWL_DELAY_SECONDS", default=1.0)  # between two pages of one site
WIDGET_QUIET_SECONDS = env.float("WIDGET_QUIET_SECONDS", default=0.8)  # how long to wait for more words

# --- Outside services, each of which can be pointed elsewhere -----------------
CONTENT_SECURITY_POLICY = content_security_policy(
    base_url=BASE_URL,
    form_targets=[SERVICES["YANDEX_OAUTH_URL"], SERVICES["ROBOKASSA_URL"], *PAYMENT_PAGES],
)
YANDEX_CLIENT_ID, YANDEX_CLIENT_SECRET = env.str("YANDEX_CLIENT_ID", ""), env.str("YANDEX_CLIENT_SECRET", "")
SOCIALACCOUNT_FORMS = {"signup": "accounts.forms.SocialSignupForm"}
SOCIALACCOUNT_PROVIDERS = {
    "yandex": {
        "provider_class": "accounts.yandex.provider.YandexProvider",
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [{"client_id": YANDEX_CLIENT_ID, "secret": YANDEX_CLIENT_SECRET}] if YANDEX_CLIENT_ID else [],
    }
}
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Otklik <no-reply@localhost>")
configure_structlog()
