"""How often one caller may ask; the rates come from the settings, "" is no limit."""

from django.conf import settings
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class EachUser(UserRateThrottle):
    def get_rate(self):
        return settings.API_RATE or None


class EachLogIn(AnonRateThrottle):
    """Guesses at a password, counted by address."""

    scope = "log_in"

    def get_rate(self):
        return settings.LOG_IN_RATE or None
