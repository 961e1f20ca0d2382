"""What a password may be: long, and not what somebody who knows the place would try.

Any characters in any mixture are fine, nothing is cut off or changed, and a password is good
until its person changes it. What is refused are passwords that can be guessed: zxcvbn knows
tens of thousands from breaches, names, English words, rows of keys, dates and repetitions,
and sees them inside longer ones. It is told what words belong to this place as well.
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from trusts.models import User

GUESSES = 10**10
"""How many an attacker needs at least; a hundred a day are allowed, a thousand a second
possible for who has stolen the database."""
LOOKED_AT = 72
"""Characters that are looked at; zxcvbn takes no more, and more only makes a password better."""

JOINED = dict.fromkeys(map(ord, " -_.,;:/+"))
"""Signs between words; they hide words from zxcvbn, and make nothing harder to guess."""

WORDS_OF_THE_PLACE = (
    *("trust", "quality", "trustquality", "academy", "academies", "school", "schools"),
    *("governance", "governor", "governors", "trustee", "trustees", "board", "chair", "lead"),
    *("clerk", "executive", "headteacher", "education", "multi", "learning", "assessment"),
    *("framework", "ofsted", "dfe", "cst", "mat", "england"),
)
"""Words that an attacker would try here first; whoever runs the service may add to them."""


class HardToGuess:
    """Refuses a password that is easy to guess for whom it belongs to."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Pass where the password is hard to guess.

        Raises:
            ValidationError: it is not.
        """
        known = [*WORDS_OF_THE_PLACE, *_words_of(user)]
        if min(_guesses(text, known) for text in (password, password.translate(JOINED))) < GUESSES:
            raise ValidationError(
                "This password is too easy to guess. Add another word or two that have "
                "nothing to do with it, with you or with your trust.",
                code="password_easy_to_guess",
            )

    def get_help_text(self) -> str:
        return "Three or four words that do not belong together are good, and easy to remember."


def _guesses(password: str, known: list[str]) -> float:
    """How many tries find it; none where nothing is left of it, at which zxcvbn falls over."""
    if not password:
        return 0
    return float(zxcvbn(password[:LOOKED_AT], user_inputs=known)["guesses"])


def _words_of(user: User | None) -> list[str]:
    """What is known of a person: their name, their address and their trusts."""
    if user is None:
        return []
    known = [user.name, user.email]
    if user.pk:
        known += [membership.trust.name for membership in user.memberships_by_trust.values()]
    return [word for text in known for word in re.findall(r"[^\W_]{3,}", text)]
