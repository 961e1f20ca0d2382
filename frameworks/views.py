"""The frameworks to read, for everybody: no page here asks who is there."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from frameworks.models import Element, Framework


@require_safe
@login_not_required
def index(request: HttpRequest) -> HttpResponse:
    """Every framework in its newest edition."""
    frameworks = Framework.objects.visible_to(request.user).current()
    return render(request, "frameworks/index.html", {"frameworks": frameworks})


@require_safe
@login_not_required
def search(request: HttpRequest) -> HttpResponse:
    """Words in any of the frameworks."""
    return render(request, "frameworks/search.html")


@require_safe
@login_not_required
def detail(request: HttpRequest, key: str, edition: str) -> HttpResponse:
    """One edition of one framework, whole."""
    frameworks = Framework.objects.visible_to(request.user)
    framework = get_object_or_404(frameworks, key=key, edition=edition)
    return render(request, "frameworks/detail.html", {"framework": framework})


@require_safe
@login_not_required
def element(request: HttpRequest, key: str, edition: str, code: str) -> HttpResponse:
    """All that is said about one element."""
    frameworks = Framework.objects.visible_to(request.user)
    framework = get_object_or_404(frameworks, key=key, edition=edition)
    element = get_object_or_404(Element, domain__framework=framework, code=code)
    context = {"framework": framework, "element": element}
    return render(request, "frameworks/element.html", context)
