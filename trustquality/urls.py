"""Every address of the service: each app's own, one level down."""

from django.contrib import admin
from django.urls import include, path

handler400 = "trusts.views.bad_request"
handler403 = "trusts.views.permission_denied"
handler429 = "trusts.limits.too_many"  # asked by allauth

urlpatterns = [
    path("", include("trusts.urls")),
    path("", include("frameworks.urls")),
    path("", include("assessments.urls")),
    path("", include("plans.urls")),
    path("", include("reviews.urls")),
    path("", include("reports.urls")),
    # Not allauth.urls: it brings sign-up with work accounts, and addresses for linking them.
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("admin/", admin.site.urls),
]
