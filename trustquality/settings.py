"""Settings, all from the environment; docs/settings.md lists every variable.

TRUSTQUALITY_ENV is `production` unless said otherwise, so that a forgotten variable
makes the service stricter, never laxer. `./run` and `./test` say `local` and `test`.
"""

import os
from pathlib import Path
from urllib.parse import quote

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from trusts.work_account_settings import providers_from

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if os.environ.get("TRUSTQUALITY_ENV") != "test":  # tests see no one's own .env
    env.read_env(BASE_DIR / ".env")

ENVIRONMENT = env.str("TRUSTQUALITY_ENV", default="production")
if ENVIRONMENT not in {"production", "local", "test"}:
    raise ImproperlyConfigured(
        f"TRUSTQUALITY_ENV is {ENVIRONMENT!r}; it must be production, local or test."
    )
PRODUCTION = ENVIRONMENT == "production"

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="" if PRODUCTION else "for-local-use-only")
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG may not be on in production.")
# What Django would only warn of, and nobody reads warnings once it runs.
IS_GUESSABLE = len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5 or "insecure" in SECRET_KEY
if PRODUCTION and IS_GUESSABLE:
    raise ImproperlyConfigured(
        "Set SECRET_KEY to a random text of 50 characters or more, "
        "or TRUSTQUALITY_ENV=local on a machine of your own."
    )
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
)
if PRODUCTION and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS may not be * in production: name your hosts.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "trustquality.apps.OperatorArea",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "crispy_forms",
    "csp",
    "django_htmx",
    "govuk",
    "simple_history",
    "frameworks",
    "trusts",
    "assessments",
    "plans",
    "reviews",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "trustquality.hardening.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "trustquality.hardening.PagesNotKept",
    "trustquality.hardening.RefuseUnreadable",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "trusts.sessions.SessionLimits",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "trusts.second_factor.SecondFactorGate",
    "trusts.sign_in.SignInRequiredMiddleware",
    "trusts.operator_gate.OperatorGate",
    "simple_history.middleware.HistoryRequestMiddleware",
    "trustquality.hardening.PageForButtons",
]

ROOT_URLCONF = "trustquality.urls"
WSGI_APPLICATION = "trustquality.wsgi.application"

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
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_TEMPLATE_PACK = "govuk"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("govuk",)
CRISPY_FAIL_SILENTLY = False

SQLITE_FILE = str(BASE_DIR / "var" / "db.sqlite3")
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{quote(SQLITE_FILE)}")}
# Kept open: measured at twice the pages and nearly three times the saves.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Readers go on while one writes; a writer waits its turn instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Limits on guessing count in it, for all processes together.
CACHES = {"default": {"BACKEND": "trusts.cache.SharedCache"}}
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
SERIALIZATION_MODULES = {"yaml": "frameworks.yaml_rows"}

# A reason for a change may be a paragraph; the default column holds 100 characters.
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

AUTH_USER_MODEL = "trusts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "trusts.passwords.HardToGuess"},
]
if ENVIRONMENT == "test":  # a slow hash is right in service and only slow in tests
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "trusts:index"
LOGOUT_REDIRECT_URL = "trusts:index"
ACCOUNT_ADAPTER = "trusts.sign_in.InvitedOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "trusts.sign_in.display_name"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Trust Quality: "  # and not the host's name in brackets
ACCOUNT_FORMS = {
    "change_password": "trusts.password_forms.ChangeForm",
    "set_password": "trusts.password_forms.SetForm",
    "reset_password_from_key": "trusts.password_forms.ResetForm",
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
PASSWORD_RESET_TIMEOUT = 4 * 3600
# Attempts, time and whose: an address, an account or browser (key), a signed-in person.
# What each is for and why nobody can lock others out: docs/sign-in.md, trusts/limits.py.
SIGN_IN_LIMITS = {
    "login": "",
    "login_failed": "10/15m/key,100/d/key",
    "login_failed_known": "10/15m/key",
    "login_failed_address": "60/15m/ip",
    "login_failed_pair": "3/15m/key",
    "reset_password": "30/15m/ip,3/15m/key,10/d/key",
    "reset_password_from_key": "",
    "reauthenticate": "20/15m/user",
    "change_password": "10/15m/user",
    "accept_invitation": "60/15m/ip",
    "invite": "200/d/key",
    "invite_again": "5/d/key",
    "work_account": "60/15m/ip",
}
# Empty would leave allauth's own limits on; tests sign in more often than people do.
ACCOUNT_RATE_LIMITS = False if ENVIRONMENT == "test" else SIGN_IN_LIMITS
MFA_RATE_LIMITS = {"webauthn_login": ""}  # a passkey cannot be guessed
# Limits count by the address that the nearest proxies saw, not by the proxy's own.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if PRODUCTION else 0)
SESSION_COOKIE_AGE = env.int("SESSION_COOKIE_AGE", default=14 * 24 * 3600)
KNOWN_BROWSER_COOKIE_NAME = "known-browser"
SESSION_IDLE_AGE = env.int("SESSION_IDLE_AGE", default=24 * 3600)

MFA_ADAPTER = "trusts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "activate_totp": "trusts.second_factor_forms.AppForm",
    "authenticate": "trusts.second_factor_forms.CodeForm",
    "reauthenticate": "trusts.second_factor_forms.CodeAgainForm",
    "add_webauthn": "trusts.second_factor_forms.AddPasskeyForm",
    "edit_webauthn": "trusts.second_factor_forms.NamePasskeyForm",
    "authenticate_webauthn": "trusts.second_factor_forms.PasskeyForm",
    "reauthenticate_webauthn": "trusts.second_factor_forms.PasskeyAgainForm",
    "login_webauthn": "trusts.second_factor_forms.PasskeyAloneForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Trust Quality"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # people are invited by the address; there is no sign-up
OPERATOR_SECOND_FACTOR = env.bool("OPERATOR_SECOND_FACTOR", default=PRODUCTION)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost

# Work accounts, by OpenID Connect; none is offered unless set (docs/work-accounts.md).
WORK_ACCOUNTS = providers_from(
    {
        "MICROSOFT_CLIENT_ID": env.str("MICROSOFT_CLIENT_ID", default=""),
        "MICROSOFT_CLIENT_SECRET": env.str("MICROSOFT_CLIENT_SECRET", default=""),
        "MICROSOFT_TENANT": env.str("MICROSOFT_TENANT", default=""),
        "GOOGLE_CLIENT_ID": env.str("GOOGLE_CLIENT_ID", default=""),
        "GOOGLE_CLIENT_SECRET": env.str("GOOGLE_CLIENT_SECRET", default=""),
        "GOOGLE_HOSTED_DOMAIN": env.str("GOOGLE_HOSTED_DOMAIN", default=""),
        "OIDC_NAME": env.str("OIDC_NAME", default=""),
        "OIDC_SERVER_URL": env.str("OIDC_SERVER_URL", default=""),
        "OIDC_CLIENT_ID": env.str("OIDC_CLIENT_ID", default=""),
        "OIDC_SECRET": env.str("OIDC_SECRET", default=""),
    },
    over_https=PRODUCTION,
)
SOCIALACCOUNT_ADAPTER = "trusts.work_accounts.WorkAccounts"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address that a provider tells matches nobody
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds

EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
if PRODUCTION and not EMAIL_CONFIG["EMAIL_BACKEND"].endswith("smtp.EmailBackend"):
    raise ImproperlyConfigured(
        "Set EMAIL_URL to your mail server, such as smtp+tls://user:password@host:587: "
        "elsewhere, mails would show in the log the links that let people in."
    )
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20  # seconds; somebody waits for the page
# For links in mails that no page sends, such as the daily reminders.
SITE_ADDRESS = env.str("SITE_ADDRESS", default="" if PRODUCTION else "http://127.0.0.1:8000")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Trust Quality <noreply@localhost>")

# Who runs the service and whom to write to about one's data, for the page on privacy.
OPERATOR_NAME = env.str("OPERATOR_NAME", default="")
PRIVACY_CONTACT = env.str("PRIVACY_CONTACT", default="")
# Days that things are kept before `manage.py apply_retention`; why: docs/privacy.md.
KEEP_DAYS = {
    "invitations": env.int("KEEP_INVITATIONS_DAYS", default=365),
    "uploads": env.int("KEEP_UPLOADS_DAYS", default=30),
    "sessions": env.int("KEEP_SESSIONS_DAYS", default=1),
    "looks": env.int("KEEP_LOOKS_DAYS", default=2190),
    "former_people": env.int("KEEP_FORMER_PEOPLE_DAYS", default=365),
    "closed_trusts": env.int("KEEP_CLOSED_TRUSTS_DAYS", default=365),
}
LEAST_DAYS = {"former_people": 30, "closed_trusts": 30}
for kept, days in KEEP_DAYS.items():
    if not LEAST_DAYS.get(kept, 1) <= days <= 36_500:
        raise ImproperlyConfigured(
            f"KEEP_{kept.upper()}_DAYS is {days}; "
            f"it must be {LEAST_DAYS.get(kept, 1)} or more, and at most 36500."
        )

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "build" / "collected"
# Styles, fonts and scripts as `npm run build` leaves them.
STATICFILES_DIRS = [BASE_DIR / "build" / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # styles and fonts are for pages of ours
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # every page names files by their hash: half the work
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or ENVIRONMENT == "test"
        else "trustquality.static_storage.HashedStaticFilesStorage"
    },
}

# Scripts, styles and fonts are files of ours; nothing inline, nothing from elsewhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],  # said for whoever looks for it; the line above covers it
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
MESSAGE_STORAGE = "trustquality.messages.SessionFirst"
MESSAGES_COOKIE_NAME = "messages"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"  # Django's check of forms over HTTPS reads the referrer
CSRF_COOKIE_HTTPONLY = True  # scripts find the token in the page
DATA_UPLOAD_MAX_NUMBER_FILES = 1

if PRODUCTION:
    # The prefix has browsers refuse these cookies from any other host or plain HTTP.
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    KNOWN_BROWSER_COOKIE_NAME = "__Host-known-browser"
    MESSAGES_COOKIE_NAME = "__Host-messages"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked by machines beside the service
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=True)
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
CSRF_FAILURE_VIEW = "trusts.views.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"discreet": {"()": "trustquality.logs.Discreet"}},
    "formatters": {
        "plain": {
            "()": "trustquality.logs.WithoutRows",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s%(person)s",
            "defaults": {"person": ""},
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["discreet"],
            "formatter": "plain",
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # They tell every step of laying out a page, of reading a font and of using a passkey.
    "loggers": {
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "fido2": {"level": "WARNING"},
    },
}
