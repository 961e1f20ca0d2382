"""Where "It is saved." waits for the next page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.base import BaseStorage
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpRequest


class SessionFirst(BaseStorage):
    """In the session of who is signed in: a message may name people. In a cookie for others.

    Who has just signed out would otherwise begin another session for "You have signed out."
    """

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.session: Any = SessionStorage(request)
        self.cookie: Any = CookieStorage(request)
        self.cookie.cookie_name = settings.MESSAGES_COOKIE_NAME
        self.held: list[Any] = []

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        found: list[Any] = []
        for place in (self.session, self.cookie):
            messages, _ = place._get()
            if messages:
                self.held.append(place)
                found += messages
        return found, True

    def _store(self, messages: list[Any], response: Any, *args: Any, **kwargs: Any) -> list[Any]:
        user = getattr(self.request, "user", None)
        place = self.session if user is not None and user.is_authenticated else self.cookie
        for emptied in self.held:
            emptied._store([], response)
        return place._store(messages, response) if messages else []
