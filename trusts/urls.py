"""Addresses of the front page and a trust's home."""

from django.urls import path

from trusts import (
    account_views,
    history_views,
    invitation_views,
    people_views,
    privacy_views,
    settings_views,
    views,
    work_account_views,
)

app_name = "trusts"
urlpatterns = [
    path("", views.index, name="index"),
    path("healthz", views.healthz, name="healthz"),
    path("trusts/<slug:slug>/", views.home, name="home"),
    path("trusts/<slug:slug>/people/", people_views.people, name="people"),
    path("trusts/<slug:slug>/people/turnover/", people_views.turnover, name="turnover"),
    path("trusts/<slug:slug>/people/<int:pk>/", people_views.member, name="member"),
    path("trusts/<slug:slug>/people/<int:pk>/remove/", people_views.remove, name="remove_member"),
    path("trusts/<slug:slug>/people/invite/", invitation_views.invite_one, name="invite"),
    path(
        "trusts/<slug:slug>/people/invite/several/",
        invitation_views.invite_several,
        name="invite_several",
    ),
    path("trusts/<slug:slug>/people/invitations/", invitation_views.resend, name="resend"),
    path(
        "trusts/<slug:slug>/people/invitations/<int:pk>/",
        invitation_views.invitation,
        name="invitation",
    ),
    # Its token is masked in the log (trustquality/logs.py).
    path(
        "invitations/<str:token>/",
        invitation_views.accept_invitation,
        name="accept_invitation",
    ),
    path("trusts/<slug:slug>/settings/", settings_views.trust_settings, name="settings"),
    path("trusts/<slug:slug>/history/", history_views.history, name="history"),
    path(
        "trusts/<slug:slug>/history/<slug:what>/<int:pk>/",
        history_views.history_of,
        name="history_of",
    ),
    path("accounts/", account_views.account, name="account"),
    path("accounts/data/", privacy_views.own_data, name="own_data"),
    path("accounts/delete/", privacy_views.delete_account, name="delete_account"),
    path("privacy/", privacy_views.privacy, name="privacy"),
    path("accounts/second-factor/", account_views.second_factor, name="second_factor"),
    path("accounts/work/", work_account_views.work_accounts, name="work_accounts"),
    path(
        "accounts/work/<int:account>/remove/", work_account_views.remove, name="remove_work_account"
    ),
    path("accounts/work/<slug:provider>/", work_account_views.sign_in, name="work_account_sign_in"),
    path("accounts/work/<slug:provider>/link/", work_account_views.link, name="link_work_account"),
    path(
        "accounts/work/<slug:provider>/callback/",
        work_account_views.callback,
        name="work_account_callback",
    ),
    # Before allauth's page of this address, where people would change what they sign in with.
    path("accounts/email/", views.not_here, name="no_email_page"),
    # No address is confirmed by mail: the invitation's link has done that.
    path("accounts/confirm-email/", views.not_here, name="no_confirmation_sent"),
    path("accounts/confirm-email/<str:key>/", views.not_here, name="no_confirmation"),
    # Ours before allauth's of the same addresses: they go on to where somebody was going.
    path("accounts/signed-in/", account_views.signed_in, name="signed_in"),
    path("accounts/sessions/", account_views.sessions, name="sessions"),
    path("accounts/password/set/", account_views.SetPassword.as_view(), name="set_password"),
    path("accounts/2fa/totp/activate/", account_views.ActivateApp.as_view(), name="add_app"),
    path("accounts/2fa/webauthn/add/", account_views.AddPasskey.as_view(), name="add_passkey"),
    path(
        "accounts/2fa/webauthn/reauthenticate/",
        account_views.PasskeyAgain.as_view(),
        name="passkey_again",
    ),
    path(
        "accounts/2fa/recovery-codes/",
        account_views.RecoveryCodes.as_view(),
        name="recovery_codes",
    ),
]
