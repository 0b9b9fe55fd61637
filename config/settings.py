"""Settings of Backroom: one file; what differs between machines is read from the environment."""

import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import structlog
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from environs import Env, EnvError
from psycopg import OperationalError
from psycopg.conninfo import conninfo_to_dict

# Whoever has the settings has the Celery app, so that `shared_task` publishes where they say.
from config.celery import app as celery_app  # noqa: F401
from pages.logs import NoFault, in_one_line, without_keys

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(env.str("BACKROOM_HOME", str(BASE_DIR / ".backroom"))).resolve()

# What this process is: web, clock, work, beat or manage. It sizes the pool and the timeouts.
PROCESS = env.str("BACKROOM_PROCESS", "manage")
DEMO = env.bool("BACKROOM_DEMO", False)
# Error pages, CSP and speed are what users get, so only the development server is in debug.
DEBUG = "runserver" in sys.argv
PORT = env.int("PORT", 8000)


def _required(name: str) -> str:
    try:
        return env.str(name)
    except EnvError as missing:
        raise ImproperlyConfigured(
            f"{name} is not set. Start Backroom with ./dev, which sets it, or give it yourself "
            "(docs/operating.md has the list)."
        ) from missing


SECRET_KEY = _required("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "testserver"}
if DEMO and not set(ALLOWED_HOSTS) <= _LOOPBACK:
    raise ImproperlyConfigured(
        "BACKROOM_DEMO=1 has sign-ins that everybody knows, so it is for this machine alone. "
        "Unset it, or take the other hosts out of ALLOWED_HOSTS."
    )


def _site(url: str) -> str:
    """Where people find us, for the links in mails: nothing but http(s), a host, and a port."""
    given = urlsplit(url := url.rstrip("/"))
    if url and (given.scheme not in {"http", "https"} or url != f"{given.scheme}://{given.netloc}"):
        raise ImproperlyConfigured(
            "BACKROOM_URL is not the address of a site. Write https://backroom.example; or unset "
            "it, then links in mails lead to the host that was asked for."
        )
    return url


SITE_URL = _site(env.str("BACKROOM_URL", ""))
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    # First: it brings the runserver that speaks ASGI. Nowhere else, for it takes a fifth of the
    # time in which a web process that was killed is back.
    *(["daphne"] if DEBUG else []),
    "pages",  # before the admin, whose templates it dresses
    "inventory",
    "jobs",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "django_structlog",
    "pgtrigger",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # A list is 57 kB bare and 6 kB so; Django pads it against guessing (BREACH), forms are masked.
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "pages.headers.PrivateMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pages.outages.OutageMiddleware",  # before the first that asks who is there
    "pages.signin.SignInMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pages.errors.RefusalMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pages.context.shell",
                "accounts.context.narrowed",
            ],
        },
    },
]

# --- PostgreSQL -------------------------------------------------------------------------------

_STATEMENT_TIMEOUTS = {"web": "5s", "clock": "10min", "work": "10min"}


def _try_again(pool: Any) -> None:
    # As anybody who asks for one: at most one more is begun at a time, and those who wait get it.
    with suppress(OperationalError):
        pool.putconn(pool.getconn(timeout=0.01))


_POOLS: dict[str, dict[str, Any]] = {
    "web": {
        "min_size": 2,
        "max_size": 10,
        "timeout": 3,
        "max_waiting": 50,
        # A connection that cannot be made is tried again after 1, 2, 4, 8 … seconds, for five
        # minutes if let: a server that was away for a minute would be missed for another. Given up
        # after one, and begun anew, it is tried each second.
        "reconnect_timeout": 1,
        "reconnect_failed": _try_again,
    }
}


def _database(url: str) -> dict[str, Any]:
    given = conninfo_to_dict(url)
    options: dict[str, Any] = {
        name: value
        for name, value in given.items()
        if name not in {"host", "port", "user", "password", "dbname"}
    }
    if timeout := _STATEMENT_TIMEOUTS.get(PROCESS):
        # The last one frees the locks of a process that was killed in the middle of a statement.
        options["options"] = (
            f"-c statement_timeout={timeout} -c lock_timeout=4s"
            " -c client_connection_check_interval=2s"
        )
    if pool := _POOLS.get(PROCESS):
        options["pool"] = pool
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": given.get("dbname"),
        "USER": given.get("user", ""),
        "PASSWORD": given.get("password", ""),
        "HOST": given.get("host", ""),
        "PORT": given.get("port", ""),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATABASES = {"default": _database(_required("DATABASE_URL"))}

# --- Valkey or Redis --------------------------------------------------------------------------

REDIS_URL = _required("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    }
}

# --- Celery: it carries the clock, never the truth ---------------------------------------------


def _celery_url(url: str) -> str:
    """Spell a Redis socket as Celery does: `unix://` is redis-py's word for it."""
    return url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")


CELERY_BROKER_URL = _celery_url(REDIS_URL)
# A broker that is away is waited for, without end; one that is silent is given up in seconds.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,  # longer than the longest task: a second worker never gets it
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 25 * 60
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_TASK_DEFAULT_QUEUE = "work"
# What the clock starts and must not wait; the rest is work.
CELERY_TASK_ROUTES = {
    "jobs.schedule.run_relay": {"queue": "clock"},
    "inventory.schedule.expire_holds": {"queue": "clock"},
    "inventory.schedule.check_ledger": {"queue": "clock"},
    "inventory.schedule.refresh_low_stock": {"queue": "clock"},
}
# Two at once: a check of the whole ledger must not keep the relay waiting.
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", 2)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Our rows say what is done, so a task may end its work while the broker is away.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # kB
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60.0  # seconds; 4, the default, kills children on a busy machine
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(HOME / "beat-schedule")


def _every(seconds: float, task: str, *, queue: str = "clock") -> dict[str, Any]:
    # A worker that was stopped does not wake to a flood: what was missed comes again anyway.
    options = {"queue": queue, "expires": seconds * 2}
    return {"task": task, "schedule": seconds, "options": options}


def _nightly(hour: int, minute: int, task: str) -> dict[str, Any]:
    # Long, so on `work`, where it keeps no relay waiting; beat catches up on a night it missed.
    options = {"queue": "work", "expires": 12 * 3600}
    return {"task": task, "schedule": crontab(minute, hour), "options": options}


CELERY_BEAT_SCHEDULE = {
    "relay": _every(1, "jobs.schedule.run_relay"),
    "expire-holds": _every(2, "inventory.schedule.expire_holds"),
    "check-ledger": _every(60, "inventory.schedule.check_ledger"),
    "refresh-low-stock": _every(60, "inventory.schedule.refresh_low_stock"),
    "check-ledger-full": _nightly(2, 30, "inventory.schedule.check_ledger_full"),
    "prune-outbox": _nightly(3, 30, "jobs.schedule.prune_outbox"),
    "prune-keys": _nightly(3, 40, "jobs.schedule.prune_keys"),
}

# --- People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AddressBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "pages:today"
PASSWORD_RESET_TIMEOUT = 3600  # seconds
# Nobody is remembered: a handheld is shared. A sign-in ends with the browser, and after a shift.
SESSION_COOKIE_AGE = 12 * 3600  # seconds
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ChoosePasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# An address is proved by the invitation that went to it. allauth's own table of addresses stays
# empty, so its generator of tokens, which writes to it, is not used.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 -- a class
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a stranger could have us write to anybody
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# All counted before a password is hashed. A stockroom shares one address on the net, so what
# comes from there may be more than one person types.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "change_password": "5/m/user",
    "reset_password": "20/m/ip,5/15m/key",
    "reset_password_from_key": "20/m/ip",
    "invitation": "20/m/ip",
}
# How many proxies of ours stand in front: so many entries of X-Forwarded-For are believed.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)

# --- Mail: a mail is an outbox row; the relay sends it through the mailer `out` -----------------

DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "Backroom <backroom@localhost>")


def _out(url: str) -> dict[str, Any]:
    """The mailer that really sends: files in $BACKROOM_HOME/mail, or the server of MAIL_URL."""
    if not url:
        backend = "django.core.mail.backends.filebased.EmailBackend"
        return {"BACKEND": backend, "OPTIONS": {"file_path": str(HOME / "mail")}}
    try:
        given = urlsplit(url)
        port = given.port
        asked = dict(parse_qsl(given.query, strict_parsing=True)) if given.query else {}
    except ValueError:
        given, port, asked = urlsplit(""), None, {}
    if (
        given.scheme not in {"smtp", "smtps"}
        or not given.hostname
        or not asked.keys() <= {"tls"}
        or asked.get("tls") not in {None, "0", "1"}
        or (given.scheme == "smtps" and asked)
    ):
        raise ImproperlyConfigured(
            "MAIL_URL is not the address of a mail server. Write smtp://user:password@host:587/?tls=1"
            " for STARTTLS or smtps://user:password@host:465 for TLS, with % and @ of user and "
            "password as %25 and %40; or unset it, then mail is kept as files."
        )
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": given.hostname,
            "port": port,
            "username": unquote(given.username or ""),
            "password": unquote(given.password or ""),
            "use_tls": asked.get("tls") == "1",
            "use_ssl": given.scheme == "smtps",
            "timeout": 15,
        },
    }


MAILERS: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "jobs.mail.OutboxBackend"},
    "out": _out(env.str("MAIL_URL", "")),
}

# --- Pages ------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "config.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("BACKROOM_TIME_ZONE", "Europe/London")
CURRENCY_SYMBOL: str = env.str("BACKROOM_CURRENCY", "£")

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Trust ------------------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
# Plain http on loopback cannot carry Secure cookies, nor the `__Host-` names that need them.
HTTPS = env.bool("BACKROOM_HTTPS", not set(ALLOWED_HOSTS) <= _LOOPBACK)
SESSION_COOKIE_NAME = "__Host-backroom" if HTTPS else "backroom"
CSRF_COOKIE_NAME = "__Host-backroom-csrf" if HTTPS else "backroom-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "pages.errors.csrf_failure"

# --- Logs -------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            # Plain: the rich one prints local variables, and a password may be among them.
            "processor": structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
            if not env.bool("BACKROOM_JSON_LOGS", False)
            else structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                without_keys,
                in_one_line,
            ],
        }
    },
    "filters": {"no fault": {"()": NoFault}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "lines",
            "filters": ["no fault"],
        }
    },
    # The relay runs every second: that it did is no news, that it could not is.
    "loggers": {
        name: {"level": "WARNING"}
        for name in (
            "celery.app.trace",
            "celery.beat",
            "celery.worker.request",
            "celery.worker.strategy",
        )
    },
    "root": {"handlers": ["stderr"], "level": env.str("BACKROOM_LOG_LEVEL", "INFO")},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        without_keys,
        in_one_line,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_RETRY_LOG_LEVEL = logging.DEBUG  # it says that a hint has expired
