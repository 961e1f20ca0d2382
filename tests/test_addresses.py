"""Every address × who asks for it, in one table; an address that is not in it fails the test.

Read a row as: what the address answers to each person, in the order of PEOPLE. The lead, chair,
executive, trustee and observer are Northfield's, whose rows are asked for; the stranger leads
Southmere; the operator may use the admin area and is a member of no trust. The same table holds
for Southmere's rows the other way round: its stranger is the lead there, and Northfield strange.

The reviewer belongs to no trust and reviews two of Northfield's assessments: one whose findings
are being written and one whose findings were sent. Where a row says nothing of the reviewer they
are answered as the stranger is; `tests/reviews/test_reach.py` tells more of what they never reach.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from assessments.actions import agree_assessment, create_assessment
from assessments.collecting import may_respond, open_collecting
from assessments.models import Assessment, OwnFramework
from assessments.own_frameworks import keep_upload
from frameworks.framework_template import template
from frameworks.models import Element, Framework
from plans.models import Action, Plan, Priority
from reports.models import IssuedReport
from reviews.deciding import admit
from reviews.finding import record_finding, submit
from reviews.inviting import Guest, add_reviewers, invite_review
from reviews.models import Comment, PeerReview
from reviews.taking_up import declare, take_up
from reviews.talking import say
from tests.conftest import align, client_of, make_framework, make_next_edition, make_user
from tests.everything import undone
from tests.grids import make_grid
from trusts.invitations import Letter, Newcomer, invite
from trusts.models import OperatorLook, Role, Trust, User

pytestmark = pytest.mark.django_db

PEOPLE = (
    "lead",
    "chair",
    "executive",
    "trustee",
    "observer",
    "stranger",
    "reviewer",
    "operator",
    "signed out",
)
REVIEWER = PEOPLE.index("reviewer")
ASKED = PEOPLE if connection.vendor == "sqlite" else ("lead", "stranger", "reviewer", "operator")
"""Who opens each address. Roles are a matter of Python, and the queries of a page those of whoever
gets to it: so on PostgreSQL one person of each sort will do."""
STRANGERS = ("lead", "observer", "stranger", "reviewer", "operator", "signed out")
"""Who asks for another trust's rows: of the roles there, who may do most and who may do least."""

# Who gets what: "see" is a page, "save" goes on after a save, "fail" is an empty form refused.
# fmt: off
MEMBERS_SEE   = "200 200 200 200 200 404 404 302"
OWN_IS_SEEN   = "200 200 200 200 200 404 404 404"
OPERATOR_SEES = "404 404 404 404 404 404 200 302"
OPERATOR_SAVES = "404 404 404 404 404 404 302 401"
OPERATOR_FAILS = "404 404 404 404 404 404 422 401"
NOWHERE_SEEN  = "404 404 404 404 404 404 404 302"
NOWHERE_SENT  = "404 404 404 404 404 404 404 401"
LEAD_SEES     = "200 403 403 403 403 404 404 302"
RATERS_SEE    = "200 200 403 403 403 404 404 302"
PLANNERS_SEE  = "200 403 200 403 403 404 404 302"
ISSUERS_SEE   = "200 200 200 403 403 404 404 302"
RATERS_SAVE   = "302 302 403 403 403 404 404 401"
RATERS_FAIL   = "422 422 403 403 403 404 404 401"
PLANNERS_SAVE = "302 403 302 403 403 404 404 401"
PLANNERS_FAIL = "422 403 422 403 403 404 404 401"
LEAD_SAVES    = "302 403 403 403 403 404 404 401"
LEAD_FAILS    = "422 403 403 403 403 404 404 401"
ISSUERS_FAIL  = "422 422 422 403 403 404 404 401"
ASKED_SEE     = "200 200 200 200 403 404 404 302"
ASKED_SAVE    = "302 302 302 302 403 404 404 401"
DECIDERS_SEE  = "200 200 200 403 403 404 404 404 302"
DECIDERS_FAIL = "422 422 422 403 403 404 404 404 401"
DECIDERS_SAVE = "302 302 302 403 403 404 404 404 401"
MEMBERS_SENT  = "302 302 302 302 302 404 404 404 302"
DECIDERS_LATE = "409 409 409 403 403 404 404 404 401"
NOTHING_SAID  = "404 403 404 403 403 404 404 404 401"
READER_LATE   = "404 404 404 404 404 404 409 404 401"
READER_SEES   = "404 404 404 404 404 404 200 404 302"
READER_FAILS  = "404 404 404 404 404 404 422 404 401"
READER_SAVES  = "404 404 404 404 404 404 302 404 401"
NO_POST       = "405 405 405 405 405 405 405 401"
NO_GET        = "405 405 405 405 405 405 405 302"

TABLE = [
    # address                   rows                   GET            POST, an empty form
    ("trusts:index",             "",                    "302 302 302 302 302 302 200 200 200",
                                                        "405"),
    ("trusts:healthz",           "",                    "200",         "405"),
    ("trusts:home",              "trust",               MEMBERS_SEE,   NO_POST),
    ("trusts:people",            "trust",               MEMBERS_SEE,   NO_POST),
    ("trusts:invite",            "trust",               LEAD_SEES,     LEAD_FAILS),
    ("trusts:invite_several",    "trust",               LEAD_SEES,     LEAD_FAILS),
    ("trusts:turnover",          "trust",               LEAD_SEES,     LEAD_FAILS),
    ("trusts:member",            "trust member",        LEAD_SEES,     LEAD_FAILS),
    ("trusts:remove_member",     "trust member",        LEAD_SEES,     LEAD_SAVES),
    ("trusts:resend",            "trust",               NO_GET,        LEAD_SAVES),
    ("trusts:invitation",        "trust invitation",    LEAD_SEES,     LEAD_FAILS),
    ("trusts:accept_invitation", "token",               "200",         "422"),
    ("trusts:history",           "trust",               MEMBERS_SEE,   NO_POST),
    ("trusts:history_of",        "trust rating",        MEMBERS_SEE,   NO_POST),
    ("trusts:settings",          "trust",               LEAD_SEES,     LEAD_SAVES),
    ("trusts:account",           "",                    "200 200 200 200 200 200 200 302", NO_POST),
    ("trusts:second_factor",     "",                    "200 200 200 200 200 200 200 302", NO_POST),
    ("trusts:signed_in",         "",                    "200 200 200 200 200 200 200 302", NO_POST),
    ("trusts:sessions",          "",                    "200 200 200 200 200 200 200 302",
                                                        "302 302 302 302 302 302 302 401"),
    # With no provider of work accounts set, as here; tests/trusts/test_work_accounts.py sets one.
    ("trusts:work_accounts",     "",       "200 404 404 404 404 200 404 404 302", NO_POST),
    ("trusts:remove_work_account", "work account", NO_GET,
                                           "302 404 404 404 404 404 404 404 401"),
    ("trusts:work_account_sign_in", "provider",    "405",               "404"),
    ("trusts:link_work_account", "provider",            NO_GET,        NOWHERE_SENT),
    ("trusts:work_account_callback", "provider",        "404",         "405"),
    ("trusts:privacy",           "",                    "200",         "405"),
    # Asks for the password first; tests/trusts/test_privacy_pages.py goes on from there.
    ("trusts:own_data", "",  "302", "302 302 302 302 302 302 302 401"),
    ("trusts:delete_account", "",  "302", "302 302 302 302 302 302 302 401"),
    ("trusts:no_email_page",     "",                    NOWHERE_SEEN,  NOWHERE_SENT),
    ("trusts:no_confirmation_sent", "",                 NOWHERE_SEEN,  NOWHERE_SENT),
    ("trusts:no_confirmation",   "key",                 NOWHERE_SEEN,  NOWHERE_SENT),
    ("frameworks:index",         "",                    "200",         "405"),
    ("frameworks:search",        "",                    "200",         "405"),
    ("frameworks:detail",        "framework",           "200",         "405"),
    ("frameworks:element",       "framework element",   "200",         "405"),
    ("frameworks:changes",       "reissued",            "200",         "405"),
    ("frameworks:crosswalk",     "framework mirrored",  "200",         "405"),
    ("frameworks:wording",       "framework",           OPERATOR_SEES, OPERATOR_FAILS),
    ("frameworks:wording_sheet", "framework",           OPERATOR_SEES, NO_POST),
    ("frameworks:remove_wording", "framework",          OPERATOR_SEES, OPERATOR_SAVES),
    ("assessments:create",       "trust",               LEAD_SEES,     LEAD_FAILS),
    ("assessments:compare",      "trust",               MEMBERS_SEE,   NO_POST),
    ("assessments:detail",       "assessment",          MEMBERS_SEE,   NO_POST),
    ("assessments:results",      "assessment",          MEMBERS_SEE,   NO_POST),
    ("assessments:crosswalk",    "assessment mirrored", MEMBERS_SEE,   NO_POST),
    ("assessments:grid",         "grid",                MEMBERS_SEE,   RATERS_SAVE),
    ("assessments:rate",         "assessment element",  MEMBERS_SEE,   RATERS_FAIL),
    ("assessments:edit",         "assessment",          LEAD_SEES,     LEAD_FAILS),
    ("assessments:agree",        "assessment",          RATERS_SEE,    RATERS_FAIL),
    ("assessments:reopen",       "agreed",              RATERS_SEE,    RATERS_FAIL),
    ("assessments:open",         "assessment",          LEAD_SEES,     LEAD_FAILS),
    ("assessments:collecting",   "collecting",          LEAD_SEES,     LEAD_SAVES),
    ("assessments:close",        "collecting",          LEAD_SEES,     LEAD_SAVES),
    ("assessments:mine",         "collecting",          ASKED_SEE,     ASKED_SAVE),
    ("assessments:respond",      "collecting element",  ASKED_SEE,     ASKED_SAVE),
    ("assessments:respond_all",  "collecting",          ASKED_SEE,     ASKED_SAVE),
    ("assessments:spread",       "assessment",          MEMBERS_SEE,   NO_POST),
    ("assessments:spread",       "collecting",          MEMBERS_SEE,   NO_POST),
    ("assessments:follow",       "assessment",          MEMBERS_SEE,   NO_POST),
    ("assessments:meeting",      "assessment",          RATERS_SEE,    NO_POST),
    ("assessments:meet",         "assessment element",  RATERS_SEE,    RATERS_FAIL),
    ("assessments:own_frameworks",     "trust",         MEMBERS_SEE,   NO_POST),
    ("assessments:framework_template", "trust",         MEMBERS_SEE,   NO_POST),
    ("assessments:upload_framework",   "trust",         LEAD_SEES,     LEAD_FAILS),
    ("assessments:framework_upload",   "trust upload",  LEAD_SEES,     LEAD_FAILS),
    ("assessments:remove_framework",   "trust own",     LEAD_SEES,     LEAD_SAVES),
    ("plans:for_assessment",     "assessment",          MEMBERS_SEE,   PLANNERS_SAVE),
    ("plans:detail",             "plan",                MEMBERS_SEE,   NO_POST),
    ("plans:choose",             "plan",                PLANNERS_SEE,  PLANNERS_SAVE),
    ("plans:edit",               "plan",                PLANNERS_SEE,  PLANNERS_FAIL),
    ("plans:adopt",              "plan",                PLANNERS_SEE,  PLANNERS_FAIL),
    ("plans:priority",           "priority",            MEMBERS_SEE,   PLANNERS_SAVE),
    ("plans:drop_priority",      "priority",            PLANNERS_SEE,  PLANNERS_FAIL),
    ("plans:restore_priority",   "priority",            NO_GET,        PLANNERS_SAVE),
    ("plans:move_priority",      "priority",            NO_GET,        PLANNERS_SAVE),
    ("plans:add_action",         "priority",            PLANNERS_SEE,  PLANNERS_FAIL),
    ("plans:edit_action",        "action",              PLANNERS_SEE,  PLANNERS_FAIL),
    ("plans:drop_action",        "action",              PLANNERS_SEE,  PLANNERS_FAIL),
    ("plans:restore_action",     "action",              NO_GET,        PLANNERS_SAVE),
    ("plans:move_action",        "action",              NO_GET,        PLANNERS_SAVE),
    ("plans:take_up",            "agreed",              NO_GET,        NOTHING_SAID),
    ("reviews:index",            "agreed",              MEMBERS_SEE,   NO_POST),
    ("reviews:invite",           "agreed",              DECIDERS_SEE,  DECIDERS_FAIL),
    ("reviews:detail",           "review",              MEMBERS_SEE,   NO_POST),
    ("reviews:edit",             "review",              DECIDERS_SEE,  DECIDERS_FAIL),
    ("reviews:withdraw",         "review",              DECIDERS_SEE,  DECIDERS_FAIL),
    ("reviews:add_reviewers",    "review",              DECIDERS_SEE,  DECIDERS_FAIL),
    ("reviews:reviewer",         "review reviewer",     DECIDERS_SEE,  DECIDERS_FAIL),
    ("reviews:accept_invitation", "review token",       "403 403 403 403 403 403 403 403 200",
                                                        "403 403 403 403 403 403 403 403 422"),
    ("reviews:reviewing_index",  "",                    "200 200 200 200 200 200 200 200 302",
                                                        NO_POST),
    ("reviews:declare",          "review",              READER_SEES,   READER_FAILS),
    ("reviews:reviewing",        "review",              READER_SEES,   NO_POST),
    ("reviews:reviewing_assessment", "review",          READER_SEES,   NO_POST),
    ("reviews:reviewing_views",  "review",              NOWHERE_SEEN,  NO_POST),
    ("reviews:find_all",         "review",              READER_SEES,   READER_SAVES),
    ("reviews:find",             "review element",      READER_SEES,   READER_SAVES),
    ("reviews:find",             "sent element",        READER_SEES,   READER_SAVES),
    ("reviews:submit",           "review",              READER_SEES,   READER_SAVES),
    ("reviews:reviewers_sign",   "sent",                READER_SEES,   READER_LATE),
    ("reviews:say_as_reviewer",  "review",              NO_GET,        READER_FAILS),
    ("reviews:change_comment",   "review comment",      READER_SEES,   READER_FAILS),
    ("reviews:resolve",          "sent correction",     READER_SEES,   READER_FAILS),
    ("reviews:say",              "sent",                NO_GET,        DECIDERS_FAIL),
    ("reviews:gaps",             "sent",                MEMBERS_SEE,   NO_POST),
    ("reviews:answer",           "sent element",        MEMBERS_SEE,   NO_POST),
    ("reviews:whole",            "sent",                MEMBERS_SEE,   NO_POST),
    ("reviews:finding",          "sent finding",        MEMBERS_SENT,  NO_POST),
    ("reviews:comment",          "sent comment",        MEMBERS_SENT,  NO_POST),
    ("reviews:answer_finding",   "sent finding",        MEMBERS_SENT,  DECIDERS_SAVE),
    ("reviews:answer_comment",   "sent comment",        MEMBERS_SENT,  DECIDERS_SAVE),
    ("reviews:take_request_back", "sent correction",    NO_GET,        DECIDERS_SAVE),
    ("reviews:send_answers",     "sent",                DECIDERS_SEE,  DECIDERS_LATE),
    ("reviews:sign",             "sent",                DECIDERS_SEE,  DECIDERS_LATE),
    ("reports:review",           "sent",                MEMBERS_SEE,   NO_POST),
    ("reports:review_pdf",       "sent",                MEMBERS_SEE,   NO_POST),
    ("reports:review_word",      "sent",                MEMBERS_SEE,   NO_POST),
    ("reports:review_excel",     "sent",                MEMBERS_SEE,   NO_POST),
    ("reports:shared_plan",      "sent",                READER_SEES,   NO_POST),
    ("reports:plan",             "plan",                MEMBERS_SEE,   NO_POST),
    ("reports:plan_pdf",         "plan",                MEMBERS_SEE,   NO_POST),
    ("reports:issue",            "plan",                ISSUERS_SEE,   ISSUERS_FAIL),
    ("reports:issued",           "issued",              MEMBERS_SEE,   NO_POST),
    ("reports:index",            "trust",               MEMBERS_SEE,   NO_POST),
    ("reports:history_csv",      "trust",               ISSUERS_SEE,   NO_POST),
    ("reports:history_of_csv",   "trust rating",        ISSUERS_SEE,   NO_POST),
    ("reports:framework_json",   "framework",           "200",         "405"),
    # The same pages of a framework that is Northfield's own.
    ("frameworks:detail",        "own framework",       OWN_IS_SEEN,   "405"),
    ("frameworks:element",       "own element",         OWN_IS_SEEN,   "405"),
    ("reports:framework_json",   "own framework",       OWN_IS_SEEN,   "405"),
]
# fmt: on

# Pages about a person's own sign-in, for whoever has signed in a moment ago by a password alone;
# tests/trusts/test_sign_in.py and test_second_factor.py try them in every other state.
# fmt: off
SIGNED_IN_SEE = "200 200 200 200 200 200 200 302"
SIGNED_IN_FAIL = "200 200 200 200 200 200 200 401"
SIGNED_IN_GO  = "302 302 302 302 302 302 302 401"
NOT_AGAIN     = "302 302 302 302 302 302 302 200"

SIGN_IN = [
    # address                              rows       GET            POST, an empty form
    ("account_login",                        "",      NOT_AGAIN,     NOT_AGAIN),
    ("account_logout",                       "",      SIGNED_IN_SEE, "302"),
    ("account_signup",                       "",      NOT_AGAIN,     NOT_AGAIN),
    ("account_inactive",                     "",      "200",         "405"),
    ("account_reauthenticate",               "",      SIGNED_IN_SEE, SIGNED_IN_FAIL),
    ("account_change_password",              "",      SIGNED_IN_SEE, SIGNED_IN_FAIL),
    ("account_set_password",                 "",      "302",         SIGNED_IN_GO),
    ("account_reset_password",               "",      "200",         "200"),
    ("account_reset_password_done",          "",      "200",         "405"),
    ("account_reset_password_from_key",      "reset", "200",         "200"),
    ("account_reset_password_from_key_done", "",      "200",         "405"),
    ("account_email",                        "",      NOWHERE_SEEN,  NOWHERE_SENT),
    ("account_email_verification_sent",      "",      NOWHERE_SEEN,  NOWHERE_SENT),
    ("account_confirm_email",                "key",   NOWHERE_SEEN,  NOWHERE_SENT),
    ("account_confirm_login_code",           "",      "302",         "302"),
    ("mfa_index",                            "",      SIGNED_IN_SEE, NO_POST),
    ("mfa_authenticate",                     "",      "302",         "302"),
    ("mfa_reauthenticate",                   "",      "302",         SIGNED_IN_GO),
    ("mfa_activate_totp",                    "",      SIGNED_IN_SEE, SIGNED_IN_FAIL),
    ("mfa_deactivate_totp",                  "",      NOWHERE_SEEN,  NOWHERE_SENT),
    ("mfa_view_recovery_codes",              "",      NOWHERE_SEEN,  NO_POST),
    ("mfa_generate_recovery_codes",          "",      SIGNED_IN_SEE, SIGNED_IN_FAIL),
    ("mfa_download_recovery_codes",          "",      NOWHERE_SEEN,  NOWHERE_SENT),
    ("mfa_list_webauthn",                    "",      SIGNED_IN_SEE, NO_POST),
    ("mfa_add_webauthn",                     "",      SIGNED_IN_SEE, SIGNED_IN_FAIL),
    ("mfa_edit_webauthn",                    "pk",    NOWHERE_SEEN,  NOWHERE_SENT),
    ("mfa_remove_webauthn",                  "pk",    NOWHERE_SEEN,  NOWHERE_SENT),
    ("mfa_login_webauthn",                   "",      "302",         "302"),
    ("mfa_reauthenticate_webauthn",          "",      "302",         SIGNED_IN_GO),
    ("usersessions_list",                    "",      SIGNED_IN_SEE, SIGNED_IN_GO),
    ("trusts:set_password",                  "",      "302",         SIGNED_IN_GO),
    ("trusts:add_app",                       "",      SIGNED_IN_SEE, SIGNED_IN_FAIL),
    ("trusts:add_passkey",                   "",      SIGNED_IN_SEE, SIGNED_IN_FAIL),
    ("trusts:passkey_again",                 "",      "302",         SIGNED_IN_GO),
    ("trusts:recovery_codes",                "",      NOWHERE_SEEN,  NO_POST),
]

# The operator's area. Who is no operator is sent to sign in; it does not say what is there.
AREA_SHOWS    = "302 302 302 302 302 302 200 302"
AREA_TAKES    = "302 302 302 302 302 302 200 401"
AREA_SAVES    = "302 302 302 302 302 302 302 401"
AREA_KEEPS    = "302 302 302 302 302 302 403 302"
AREA_REFUSES  = "302 302 302 302 302 302 403 401"
AREA_HAS_NOT  = "302 302 302 302 302 302 404 302"
AREA_SENT_NOT = "302 302 302 302 302 302 404 401"
AREA_NO_POST  = "302 302 302 302 302 302 405 401"

ADMIN = [
    # address                                   rows               GET           POST, empty
    ("admin:index",                             "",                AREA_SHOWS,   AREA_TAKES),
    ("admin:login",                             "",
                                      "403 403 403 403 403 403 302 302",
                                      "403 403 403 403 403 403 302 302"),
    ("admin:logout",                            "",                "302",        SIGNED_IN_GO),
    ("admin:password_change",                   "",                "302",        SIGNED_IN_GO),
    ("admin:password_change_done",              "",                "302",        SIGNED_IN_GO),
    ("admin:autocomplete",                      "",                AREA_KEEPS,   AREA_NO_POST),
    ("admin:jsi18n",                            "",                AREA_SHOWS,   AREA_NO_POST),
    ("admin:app_list",                          "app",             AREA_SHOWS,   AREA_TAKES),
    ("admin:frameworks_framework_changelist",   "",                AREA_SHOWS,   AREA_TAKES),
    ("admin:frameworks_framework_add",          "",                AREA_KEEPS,   AREA_REFUSES),
    ("admin:frameworks_framework_change",       "framework row",   AREA_SHOWS,   AREA_REFUSES),
    ("admin:frameworks_framework_history",      "framework row",   AREA_SHOWS,   AREA_TAKES),
    ("admin:frameworks_framework_delete",       "framework row",   AREA_KEEPS,   AREA_REFUSES),
    ("admin:frameworks_framework_change",       "own framework row", "302",     AREA_REFUSES),
    ("admin:frameworks_element_changelist",     "",                AREA_SHOWS,   AREA_TAKES),
    ("admin:frameworks_element_add",            "",                AREA_KEEPS,   AREA_REFUSES),
    ("admin:frameworks_element_change",         "element row",     AREA_SHOWS,   AREA_REFUSES),
    ("admin:frameworks_element_history",        "element row",     AREA_SHOWS,   AREA_TAKES),
    ("admin:frameworks_element_delete",         "element row",     AREA_KEEPS,   AREA_REFUSES),
    ("admin:frameworks_element_change",         "own element row", "302",       AREA_REFUSES),
    ("admin:trusts_user_changelist",            "",                AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_user_add",                   "",                AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_user_change",                "user row",        AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_user_history",               "user row",        AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_user_delete",                "user row",        AREA_KEEPS,   AREA_REFUSES),
    ("admin:trusts_user_second-steps",          "user row",        AREA_SHOWS,   AREA_SAVES),
    ("admin:trusts_user_sign-out",              "user row",        AREA_SHOWS,   AREA_SAVES),
    ("admin:trusts_trust_changelist",           "",                AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_trust_add",                  "",                AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_trust_change",               "trust row",       AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_trust_history",              "trust row",       AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_trust_delete",               "trust row",       AREA_KEEPS,   AREA_REFUSES),
    ("admin:trusts_trust_lead",                 "trust row",       AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_membership_changelist",      "",                AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_membership_add",             "",                AREA_KEEPS,   AREA_REFUSES),
    ("admin:trusts_membership_change",          "membership row",  AREA_SHOWS,   AREA_REFUSES),
    ("admin:trusts_membership_history",         "membership row",  AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_membership_delete",          "membership row",  AREA_KEEPS,   AREA_REFUSES),
    ("admin:trusts_operatorlook_changelist",    "",                AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_operatorlook_add",           "",                AREA_KEEPS,   AREA_REFUSES),
    ("admin:trusts_operatorlook_change",        "look row",        AREA_SHOWS,   AREA_REFUSES),
    ("admin:trusts_operatorlook_history",       "look row",        AREA_SHOWS,   AREA_TAKES),
    ("admin:trusts_operatorlook_delete",        "look row",        AREA_KEEPS,   AREA_REFUSES),
    # Of addresses without a name, an address itself: an old one of a row, and all that are left.
    ("/admin/trusts/trust/1/",                  "",                "302",        SIGNED_IN_GO),
    ("/admin/nowhere/",                         "",                AREA_HAS_NOT, AREA_SENT_NOT),
]
# fmt: on

EVERY = [*TABLE, *SIGN_IN, *ADMIN]
NAMELESS = "admin:None"


def names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """The name of every address below a resolver."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        else:
            below = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern, below)


def test_every_address_is_in_the_table() -> None:
    named = {name for name, *_ in EVERY if not name.startswith("/")}
    assert set(names(get_resolver())) - {NAMELESS} == named


@dataclass(frozen=True)
class World:
    """What is asked, and who asks: made once for all tests here, which leave it as it was.

    Attributes:
        browsers: one for each of PEOPLE.
        users: who is signed in in them.
        ours: one of everything of Northfield, by the name that the table gives it.
        theirs: the same of Southmere, whose lead is the stranger.
    """

    browsers: dict[str, Client]
    users: dict[str, User]
    ours: dict[str, list]
    theirs: dict[str, list]

    def answers(self, method: str, address: str, people: Sequence[str] = ASKED) -> dict[str, int]:
        """What each person is answered; whatever it changes is undone."""
        return {person: self.answer(person, method, address) for person in people}

    def answer(self, person: str, method: str, address: str) -> int:
        browser = self.browsers[person]
        cookies = deepcopy(browser.cookies)
        with undone():
            status: int = browser.generic(method, address, **SENT.get(method, {})).status_code
        browser.cookies = cookies
        return status


SENT = {"POST": {"content_type": "application/x-www-form-urlencoded"}}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), undone():
        ours = Trust.objects.create(name="Northfield Learning Trust", slug="northfield")
        theirs = Trust.objects.create(name="Southmere Schools Trust", slug="southmere")
        users = {
            role: make_user(f"{role}@northfield.example", trust=ours, role=role)
            for role in PEOPLE[: len(Role)]
        }
        users["stranger"] = make_user("lead@southmere.example", trust=theirs, role=Role.LEAD)
        users["reviewer"] = make_user("reviewer@nowhere.example")
        users["operator"] = User.objects.create_superuser("o@service.example", "x", name="O")
        browsers = {person: client_of(user) for person, user in users.items()}
        public = public_frameworks()
        yield World(
            browsers={**browsers, "signed out": Client()},
            users=users,
            ours=everything_of(ours, users["lead"], public, users["reviewer"]),
            theirs=everything_of(theirs, users["stranger"], public),
        )


def public_frameworks() -> dict[str, Framework]:
    """Frameworks that everybody reads, one for each page about them."""
    rated, mirrored = make_framework(), make_framework("mirrored")
    code = Element.objects.filter(domain__framework=rated).in_order()[0].code
    align(rated, code, mirrored, code)
    reissued = make_next_edition(make_framework("reissued"))
    return {"rated": rated, "mirrored": mirrored, "reissued": reissued, "grid": make_grid()}


def reviews_of(assessment: Assessment, lead: User, reviewer: User) -> dict[str, list]:
    """A review that is being written, and one whose findings were sent, by these people."""
    writing, letters = review_of(assessment, lead, reviewer)
    [invited] = add_reviewers(review=writing, guests=[Guest(f"guest@{lead.pk}.example")], by=lead)
    sent, _ = review_of(assessment, lead, reviewer)
    element = assessment.ratings.in_order().first().element
    on, more = {"element": element}, {"side": Comment.Side.REVIEWERS, "by": reviewer}
    drafted = say(review=writing, body="A draft", key=uuid4(), **on, **more)
    finding = sent.findings.get(element=element)
    finding.strengths = "Clear minutes"
    record_finding(finding=finding, version=finding.version, by=reviewer)
    said = say(review=sent, body="A comment", key=uuid4(), **on, **more)
    submit(review=sent, by=reviewer)
    correction = say(
        review=sent,
        side=Comment.Side.TRUST,
        kind=Comment.Kind.CORRECTION,
        body="It was in May",
        key=uuid4(),
        by=lead,
        **on,
    )
    return {
        "review": [writing.pk],
        "review element": [writing.pk, element.code],
        "review reviewer": [writing.pk, letters[0].invitation.pk],
        "review token": [invited.token],
        "review comment": [writing.pk, drafted.pk],
        "sent": [sent.pk],
        "sent element": [sent.pk, element.code],
        "sent finding": [sent.pk, finding.pk],
        "sent comment": [sent.pk, said.pk],
        "sent correction": [sent.pk, correction.pk],
    }


def review_of(
    assessment: Assessment, lead: User, reviewer: User
) -> tuple[PeerReview, list[Letter]]:
    """A review in which one person was let in; the action plan is shared, views are not."""
    day = timezone.localdate()
    review = PeerReview(
        assessment=assessment,
        reviewing_trust="Elsewhere Trust",
        brief="Look at it.",
        shares_plan=True,
        due_on=day,
        access_until=day,
        key=uuid4(),
    )
    guests = [Guest(reviewer.email, reviewer.name)]
    review, letters = invite_review(review=review, focus=[], guests=guests, by=lead)
    take_up(reviewer=letters[0].invitation, by=reviewer)
    declare(reviewer=letters[0].invitation, interests=[], text="", by=reviewer)
    admit(reviewer=letters[0].invitation, by=lead)
    return review, letters


def everything_of(
    trust: Trust, lead: User, public: dict[str, Framework], reviewer: User | None = None
) -> dict[str, list]:
    """One of everything of a trust, by the name that the table gives it.

    Args:
        reviewer: who reviews it; somebody made for that, where left out.
    """
    framework, mirrored, reissued = public["rated"], public["mirrored"], public["reissued"]
    assessment, agreed, collecting, grid = (
        create_assessment(trust=trust, framework=public[of], title=title, due_on=None, by=lead)
        for of, title in (
            ("rated", "Self-assessment 2026"),
            ("rated", "Agreed"),
            ("rated", "Views"),
            ("grid", "By cell"),
        )
    )
    agree_assessment(assessment=agreed, minute_reference="", by=lead)
    people = [member.user for member in may_respond(trust)]
    open_collecting(assessment=collecting, people=people, due_on=None, names_shown=True, by=lead)
    plan = Plan.objects.create(assessment=agreed, title="Action plan", created_by=lead)
    element = agreed.ratings.in_order().first().element
    priority = Priority.objects.create(plan=plan, element=element, order=1)
    action = Action.objects.create(
        priority=priority,
        order=1,
        description="Do it",
        owner_name="Somebody",
        due_on=date(2027, 3, 31),
        strategic_area="vision",
        success_criterion="It is done",
        key=uuid4(),
    )
    issued = IssuedReport.objects.create(
        trust=trust,
        kind="action_plan",
        plan=plan,
        title="Action plan",
        issued_by=lead,
        key=uuid4(),
        template_version="1",
        sha256="0" * 64,
        document=b"%PDF-1.7",
    )
    own = make_framework(f"own-{trust.slug}")
    Framework.objects.filter(pk=own.pk).update(is_published=False)
    owned = OwnFramework.objects.create(trust=trust, framework=own, created_by=lead)
    upload = keep_upload(trust=trust, file_name="culture.xlsx", document=template(), by=lead)
    member = make_user(f"member@{trust.slug}.example", trust=trust, role=Role.OBSERVER)
    newcomer = Newcomer(f"newcomer@{trust.slug}.example", Role.TRUSTEE)
    [letter] = invite(trust=trust, newcomers=[newcomer], by=lead)
    reviewer = reviewer or make_user(f"reviewer@{trust.slug}.example")
    return {
        **reviews_of(agreed, lead, reviewer),
        "": [],
        "trust": [trust.slug],
        "trust member": [trust.slug, member.memberships.get().pk],
        "trust invitation": [trust.slug, letter.invitation.pk],
        "token": [letter.token],
        "trust rating": [trust.slug, "rating", agreed.ratings.in_order()[0].pk],
        "trust upload": [trust.slug, upload.pk],
        "trust own": [trust.slug, owned.pk],
        "own framework": [own.key, own.edition],
        "own element": [own.key, own.edition, "MU-01"],
        "framework": [framework.key, framework.edition],
        "framework element": [framework.key, framework.edition, element.code],
        "framework mirrored": [framework.key, framework.edition, mirrored.key, mirrored.edition],
        "reissued": [reissued.key, reissued.edition],
        "assessment": [assessment.pk],
        "assessment mirrored": [assessment.pk, mirrored.key, mirrored.edition],
        "assessment element": [assessment.pk, element.code],
        "agreed": [agreed.pk],
        "collecting": [collecting.pk],
        "collecting element": [collecting.pk, element.code],
        "grid": [grid.pk],
        "plan": [plan.pk],
        "priority": [priority.pk],
        "action": [action.pk],
        "issued": [issued.pk],
        "provider": ["microsoft"],
        "reset": ["1", "set-password"],
        "key": ["key"],
        "pk": [1],
        "app": ["trusts"],
        "framework row": [framework.pk],
        "own framework row": [own.pk],
        "element row": [element.pk],
        "own element row": [Element.objects.filter(domain__framework=own)[0].pk],
        "user row": [lead.pk],
        "trust row": [trust.pk],
        "membership row": [member.memberships.get().pk],
        "look row": [OperatorLook.objects.create(operator=lead, method="GET", path="/").pk],
        "work account": [
            SocialAccount.objects.create(user=lead, provider="oidc", uid=trust.slug).pk
        ],
    }


def expected(cell: str) -> dict[str, int]:
    """A cell of the table, one status a person; a single one is everybody's."""
    statuses = [int(status) for status in cell.split()]
    statuses = statuses * len(PEOPLE) if len(statuses) == 1 else statuses
    if len(statuses) < len(PEOPLE):
        statuses.insert(REVIEWER, statuses[PEOPLE.index("stranger")])
    said = dict(zip(PEOPLE, statuses, strict=True))
    return {person: said[person] for person in ASKED}


def expected_of_theirs(cell: str) -> dict[str, int]:
    """The same for Southmere's rows: the stranger leads there, and Northfield is strange."""
    said = expected(cell)
    strange = dict.fromkeys((*PEOPLE[: len(Role)], "reviewer"), said["stranger"])
    found = said | strange | {"stranger": said["lead"]}
    return {person: found[person] for person in STRANGERS}


def address_of(name: str, args: list) -> str:
    return name if name.startswith("/") else reverse(name, args=args)


def row_of(name: str, of: str, *cells: str) -> object:
    """A row as one test, known by its address's name."""
    marks = [pytest.mark.pdf] if "pdf" in name else []
    return pytest.param(name, of, *cells, id=f"{name} {of}".strip(), marks=marks)


def owned_by_nobody(rows: World, of: str) -> bool:
    return rows.ours[of] == rows.theirs[of]


@pytest.mark.parametrize(("name", "of", "get", "post"), [row_of(*row) for row in EVERY])
def test_address_answers_each_person_as_the_table_says(name, of, get, post, world: World) -> None:
    address = address_of(name, world.ours[of])
    assert world.answers("GET", address) == expected(get)
    assert world.answers("POST", address) == expected(post)


@pytest.mark.once  # the queries of the test above, by other numbers
@pytest.mark.parametrize(("name", "of", "get", "post"), [row_of(*row) for row in TABLE])
def test_another_trusts_rows_are_not_there(name, of, get, post, world: World) -> None:
    if owned_by_nobody(world, of):
        return
    address = address_of(name, world.theirs[of])
    assert world.answers("GET", address, STRANGERS) == expected_of_theirs(get)
    assert world.answers("POST", address, STRANGERS) == expected_of_theirs(post)


@pytest.mark.once  # likewise
@pytest.mark.parametrize(("name", "of", "get", "post"), [row_of(*row) for row in TABLE])
def test_rows_of_two_trusts_are_never_found_in_one_address(
    name, of, get, post, world: World
) -> None:
    """Ours named first and theirs behind it, and the other way round."""
    pairs = list(zip(world.ours[of], world.theirs[of], strict=True))
    if len([one for one, other in pairs if one != other]) < 2:
        return
    for mixed in ([pairs[0][0], *world.theirs[of][1:]], [pairs[0][1], *world.ours[of][1:]]):
        for person in ("lead", "stranger"):
            answers = {world.answer(person, method, address_of(name, mixed)) for method in HTML}
            assert answers <= {404, 405}, (person, mixed)


HTML = ("GET", "POST")


@pytest.mark.once  # no view gets to see these, let alone the database
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"])
def test_no_address_answers_to_another_method(method: str, world: World) -> None:
    for name, of, *_ in EVERY:
        answers = world.answers(method, address_of(name, world.ours[of]))
        assert answers == expected("405"), name


@pytest.mark.once  # asks for what GET asks for
def test_head_is_answered_as_a_page_is_or_not_at_all(world: World) -> None:
    """Of the people, the one who may do most, one who may do nothing, and nobody."""
    for name, of, get, _ in TABLE:
        if "pdf" not in name:
            for person in ("lead", "stranger", "signed out"):
                answer = world.answer(person, "HEAD", address_of(name, world.ours[of]))
                assert answer in (expected(get)[person], 405), (name, person)


@pytest.mark.once  # likewise; what no column holds is asked of every database below
def test_guessed_addresses_are_not_found(world: World) -> None:
    for name, of, get, post in TABLE:
        guesses = [one + 999_983 if isinstance(one, int) else "x-" + one for one in world.ours[of]]
        if guesses:
            address = address_of(name, guesses)
            shut = {"GET": get in (NO_GET, "405"), "POST": post in (NO_POST, "405")}
            for method in HTML:
                status = 405 if shut[method] else 404
                assert world.answer("lead", method, address) == status, (name, method)


def test_huge_numbers_in_an_address_are_not_found(world: World) -> None:
    for name, of, *_ in [*TABLE, *SIGN_IN]:
        for huge in (2**31, 2**63, 10**30):
            args = [huge if isinstance(one, int) else one for one in world.ours[of]]
            if args != world.ours[of]:
                for method in HTML:
                    status = world.answer("lead", method, address_of(name, args))
                    assert status in (404, 405), (name, method, huge)


def test_odd_keys_in_the_operators_area_lead_back(world: World) -> None:
    for name, of, *_ in ADMIN:
        for odd in (10**30, "x", "_5F" * 100):
            args = [odd if isinstance(one, int) else one for one in world.ours[of]]
            try:
                address = address_of(name, args)
            except NoReverseMatch:
                continue
            if args != world.ours[of]:
                status = world.answer("operator", "GET", address)
                assert status in (302, 403, 404), (name, odd)


def test_wrong_role_is_told_whom_to_ask(world: World) -> None:
    address = address_of("assessments:edit", world.ours["assessment"])
    text = world.browsers["trustee"].get(address).content.decode()
    lead = world.users["lead"]
    assert lead.name in text
    assert f"mailto:{lead.email}" in text
    assert "set up or change an assessment" in text
