"""One file of settings, read from the environment; the defaults work on one machine."""

import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

from programs_tracker.environment import (
    compute,
    count,
    dask_scheduler,
    database,
    is_on,
    log_level,
    processes,
    rate,
    secret_key,
    time_zone,
    words,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("VAR", BASE_DIR / "var"))

# --- Safety. With DEBUG off, a missing or weak SECRET_KEY stops the start.
DEBUG = is_on("DEBUG", default=True)
SECRET_KEY = secret_key(debug=DEBUG, kept_in=VAR / "secret_key")
ALLOWED_HOSTS = words("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1],testserver")
HTTPS = is_on("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]  # a probe speaks plain http
X_FRAME_OPTIONS = "DENY"

# --- What is installed.
INSTALLED_APPS = [
    "enrollment",
    "outcomes",
    "api",
    "programs_tracker.demo",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
    "django_tasks_db",
]
if not find_spec("django.tasks"):  # Django 6 brings the tasks API itself
    INSTALLED_APPS.append("django_tasks")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "api.without_body.WithoutBody",
    "api.request_id.RequestIdMiddleware",
    "api.known_host.KnownHost",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "programs_tracker.urls"
WSGI_APPLICATION = "programs_tracker.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Data. ATOMIC_REQUESTS stays off: on SQLite each request would become a writer.
DATABASES = {"default": database(embedded=VAR / "programs_tracker.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "enrollment.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Work that outlives a request: a table is the queue, `manage.py worker` empties it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
RUN_LEASE = timedelta(seconds=60)  # a worker that is silent for longer lost its run
RUN_ATTEMPTS = 3  # after so many lost leases a run has failed

# --- Where the engine's independent tasks may go, if that is sooner done than here.
COMPUTE = compute()  # local or dask
DASK_SCHEDULER = dask_scheduler()
PROCESSES = processes()

# --- The API.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024**2  # bytes of one body
REST_FRAMEWORK = {
    # The token comes first: with the session first an anonymous call is told 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.BearerToken",
        "api.authentication.Session",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.Nobody"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsing.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "api.paging.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["api.throttling.EachUser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.negotiation.FormatOrAccept",
    "DEFAULT_METADATA_CLASS": None,  # the schema tells what OPTIONS would
    "DEFAULT_SCHEMA_CLASS": "api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "api.errors.problem_response",
    "URL_FORMAT_OVERRIDE": None,  # ?format= belongs to the resource
    "NUM_PROXIES": count("NUM_PROXIES", default=0, least=0),  # whose word is believed
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_RATE = rate("API_RATE", default="600/min")  # of one user; empty: no limit
LOG_IN_RATE = rate("LOG_IN_RATE", default="30/min")  # of one address
LOGGED_IN = timedelta(hours=12)  # by a token as in a browser
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": LOGGED_IN}
SESSION_COOKIE_AGE = int(LOGGED_IN.total_seconds())
LOGIN_URL = LOGIN_REDIRECT_URL = "log-in"
SPECTACULAR_SETTINGS = {
    "TITLE": "Programs Tracker",
    "VERSION": "1",
    "DESCRIPTION": "Enrolment in targeted programs, and their effect on gaps.",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_SUFFIX": "",
    "GET_LIB_DOC_EXCLUDES": "api.schema.undescribed",
    "ENUM_NAME_OVERRIDES": {  # two fields share these: neither field lends its name
        "Grade": "enrollment.models.people.Grade",
        "Status": "enrollment.models.participation.Status",
        "ScoreStatus": "outcomes.models.ScoreStatus",
        "MeasureKind": "outcomes.models.Kind",
    },
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Language, time, files. Days are the district's calendar days; instants are UTC.
LANGUAGE_CODE = "en-us"
TIME_ZONE = time_zone(default="America/New_York")
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"

LOG_LEVEL = log_level(default="WARNING")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django's own handler would say each line a second time while DEBUG is on.
    "loggers": {"django": {"handlers": [], "level": LOG_LEVEL}},
}
