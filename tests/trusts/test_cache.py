"""The shared cache: what one process writes all see, and no count is lost between them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests.processes import run_together, start
from trusts.models import CacheEntry

ADD_FORTY = """
from django.core.cache import cache
from tests.processes import wait_for_go
cache.get("nothing")
wait_for_go()
print(sum(cache.add(f"key-{number}", 1, timeout=60) for number in range(40)))
"""


@pytest.mark.django_db
def test_values_are_kept_until_their_time_is_up() -> None:
    assert cache.get("attempts") is None
    assert cache.get("attempts", []) == []
    cache.set("attempts", [1.5, 2.5], 60)
    cache.set("attempts", [1.5, 2.5, 3.5], 60)
    assert cache.get("attempts") == [1.5, 2.5, 3.5]
    CacheEntry.objects.update(expires_at=timezone.now())
    assert cache.get("attempts") is None


@pytest.mark.django_db
def test_add_keeps_what_is_there_and_replaces_what_has_expired() -> None:
    assert cache.add("code", "y", timeout=30)
    assert not cache.add("code", "n", timeout=30)
    assert cache.get("code") == "y"
    CacheEntry.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert cache.add("code", "again", timeout=30)
    assert cache.get("code") == "again"
    assert not cache.add("code", "n", timeout=30)


@pytest.mark.django_db
def test_the_rest_of_a_cache_works_too() -> None:
    cache.set("a", 1)
    cache.set("b", 2, timeout=None)
    cache.set_many({"c": 3})
    assert cache.get_many(["a", "b", "c", "d"]) == {"a": 1, "b": 2, "c": 3}
    assert cache.incr("a") == 2
    assert "a" in cache
    assert cache.touch("a", 5)
    assert not cache.touch("d", 5)
    assert cache.delete("a")
    assert not cache.delete("a")
    cache.clear()
    assert not CacheEntry.objects.exists()


@pytest.mark.django_db
def test_nothing_valid_is_ever_thrown_away_and_the_expired_is(monkeypatch) -> None:
    """Django's cache in the database would keep 200 of these."""
    monkeypatch.setattr("trusts.cache.secrets.randbelow", lambda below: 0)
    cache.set("old", 1, timeout=-1)
    for number in range(310):
        cache.set(f"key-{number}", number, timeout=60)
    assert CacheEntry.objects.count() == 310
    assert all(cache.get(f"key-{number}") == number for number in range(310))


@pytest.mark.django_db(transaction=True)
def test_of_several_processes_at_once_one_is_told_that_it_added() -> None:
    for number in range(20):  # half of them a race for what has expired
        cache.set(f"key-{number}", 0, timeout=-1)
    said = run_together([start(ADD_FORTY) for _ in range(4)])
    assert sum(map(int, said)) == 40
    assert CacheEntry.objects.filter(value=1).count() == 40
