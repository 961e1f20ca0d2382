"""Addresses of peer reviews: the reviewed trust's below `reviews/`, the reviewers' `reviewing/`."""

from django.urls import path

from reviews import answer_views, closing_views, comment_views, finding_views, reviewing_views

app_name = "reviews"
urlpatterns = [
    # Inviting, and taking up an invitation.
    # Reviewing, and talking.
    path("reviewing/<int:pk>/", reviewing_views.reviewing, name="reviewing"),
    path("reviewing/<int:pk>/assessment/", reviewing_views.assessment, name="reviewing_assessment"),
    path("reviewing/<int:pk>/views/", reviewing_views.views, name="reviewing_views"),
    path("reviewing/<int:pk>/all/", finding_views.find_all, name="find_all"),
    path("reviewing/<int:pk>/elements/<str:code>/", finding_views.find, name="find"),
    path("reviewing/<int:pk>/submit/", reviewing_views.submit_findings, name="submit"),
    path("reviewing/<int:pk>/sign/", reviewing_views.sign, name="reviewers_sign"),
    path("reviewing/<int:pk>/say/", comment_views.say_as_reviewer, name="say_as_reviewer"),
    path("reviewing/<int:pk>/comments/<int:comment>/", comment_views.change, name="change_comment"),
    path(
        "reviewing/<int:pk>/comments/<int:comment>/resolve/",
        comment_views.deal_with,
        name="resolve",
    ),
    path("reviews/<int:pk>/say/", comment_views.say_as_trust, name="say"),
    # Answering, and closing.
    path("reviews/<int:pk>/gaps/", answer_views.gaps, name="gaps"),
    path("reviews/<int:pk>/elements/<str:code>/", answer_views.answer, name="answer"),
    path("reviews/<int:pk>/whole/", answer_views.whole, name="whole"),
    path("reviews/<int:pk>/findings/<int:finding>/", answer_views.finding, name="finding"),
    path(
        "reviews/<int:pk>/findings/<int:finding>/answer/",
        answer_views.answer_finding,
        name="answer_finding",
    ),
    path("reviews/<int:pk>/comments/<int:comment>/", answer_views.comment, name="comment"),
    path(
        "reviews/<int:pk>/comments/<int:comment>/answer/",
        answer_views.answer_comment,
        name="answer_comment",
    ),
    path("reviews/<int:pk>/answers/", closing_views.send, name="send_answers"),
    path("reviews/<int:pk>/sign/", closing_views.sign, name="sign"),
]
