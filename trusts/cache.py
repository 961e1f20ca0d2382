"""The cache that counts attempts: shared by all processes, and none of its counts is lost.

Django's cache in the database was looked at first. It throws a third of its rows away once
there are three hundred, swallows a write that fails, may delete a row that another process
has just renewed, and lets two processes renew one that has expired. Each of these is a way
to more attempts than the limits allow (docs/decisions/0017-sign-in.md). Here every write is
one statement, or one that the primary key refuses.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction
from django.utils import timezone

from trusts.models import CacheEntry

FOREVER = timedelta(days=36500)
SWEEP_ONE_IN = 50
"""After how many writes, on average, what has expired is deleted."""


class SharedCache(BaseCache):
    """Django's cache on `CacheEntry`; values are what JSON can hold."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        entry = self._now_valid(self.make_and_validate_key(key, version=version)).first()
        return default if entry is None else entry.value

    def set(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        """Keep the value, whatever was there.

        Raises:
            DatabaseError: it could not be kept; who counts attempts must not go on.
        """
        entry = self._entry(key, value, timeout, version)
        CacheEntry.objects.bulk_create(
            [entry],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["value", "expires_at"],
        )
        self._sweep_now_and_then()

    def add(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Keep the value where none is; of any number at once, one is told that it did."""
        entry = self._entry(key, value, timeout, version)
        expired = CacheEntry.objects.filter(key=entry.key, expires_at__lte=timezone.now())
        if expired.update(value=entry.value, expires_at=entry.expires_at):
            return True
        try:
            with transaction.atomic():
                entry.save(force_insert=True)
        except IntegrityError:
            return False
        self._sweep_now_and_then()
        return True

    def touch(
        self,
        key: str,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        valid = self._now_valid(self.make_and_validate_key(key, version=version))
        return bool(valid.update(expires_at=self._until(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        key = self.make_and_validate_key(key, version=version)
        return bool(CacheEntry.objects.filter(key=key).delete()[0])

    def clear(self) -> None:
        CacheEntry.objects.all().delete()

    def _now_valid(self, key: str) -> Any:
        return CacheEntry.objects.filter(key=key, expires_at__gt=timezone.now())

    def _entry(
        self, key: str, value: Any, timeout: float | None, version: int | None
    ) -> CacheEntry:
        key = self.make_and_validate_key(key, version=version)
        return CacheEntry(key=key, value=value, expires_at=self._until(timeout))

    def _until(self, timeout: float | None) -> datetime:
        if timeout is DEFAULT_TIMEOUT:
            timeout = self.default_timeout
        return timezone.now() + (FOREVER if timeout is None else timedelta(seconds=timeout))

    def _sweep_now_and_then(self) -> None:
        if secrets.randbelow(SWEEP_ONE_IN) == 0:
            CacheEntry.objects.filter(expires_at__lte=timezone.now()).delete()
