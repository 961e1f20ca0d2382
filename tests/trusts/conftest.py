"""Who looks after the service."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.conftest import client_of
from trusts.models import User


@pytest.fixture
def operator(db: None) -> User:
    """An operator, who belongs to no trust."""
    return User.objects.create_superuser("op@service.example", "a long passphrase", name="Op")


@pytest.fixture
def area(operator: User) -> Client:
    """A browser in which the operator is signed in."""
    return client_of(operator)
