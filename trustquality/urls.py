"""Every address of the service: each app's own, one level down."""

from django.contrib import admin
from django.urls import include, path

handler403 = "trusts.views.permission_denied"
handler429 = "trusts.limits.too_many"  # asked by allauth

urlpatterns = [
    path("", include("trusts.urls")),
    path("", include("frameworks.urls")),
    path("", include("assessments.urls")),
    path("", include("plans.urls")),
    path("", include("reports.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
