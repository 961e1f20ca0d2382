"""The operator's area in the place of Django's own admin site."""

from django.contrib.admin.apps import AdminConfig


class OperatorArea(AdminConfig):
    """Serves `trusts.operator_site` wherever Django says `admin.site`."""

    default_site = "trusts.operator_site.OperatorSite"
