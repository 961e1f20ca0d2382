"""A framework to take away, as a file that other programs read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header

from frameworks.models import Framework
from frameworks.public import public_page
from reports.framework_json import framework_json


@public_page
def as_json(request: HttpRequest, key: str, edition: str) -> HttpResponse:
    """The framework as JSON; who may read its pages may have the file."""
    frameworks = Framework.objects.visible_to(request.user)
    framework = get_object_or_404(
        frameworks.select_related("supersedes", "wording_pack"), key=key, edition=edition
    )
    response = HttpResponse(framework_json(framework), content_type="application/json")
    name = f"{framework.key}-{framework.edition}.json"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
