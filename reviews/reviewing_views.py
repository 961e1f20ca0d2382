"""The reviewers' own pages: each begins with the way in that they hold, and with nothing else."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from reviews.models import Reviewer
from trusts.sign_in import SignedInRequest


def fetch_reviewer(request: SignedInRequest, pk: int) -> Reviewer:
    """The person's way into a review, by the review's number; 404 where there is none today."""
    return get_object_or_404(Reviewer.objects.open_to(request.user).for_page(), review=pk)


def fetch_reader(request: SignedInRequest, pk: int) -> Reviewer:
    """The way in of somebody whom the trust has let in; 404 for everybody else."""
    return get_object_or_404(Reviewer.objects.open_to(request.user).reading().for_page(), review=pk)
