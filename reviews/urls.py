"""Addresses of peer reviews: the reviewed trust's below `reviews/`, the reviewers' `reviewing/`."""

from django.urls import path

from reviews import (
    answer_views,
    closing_views,
    comment_views,
    finding_views,
    invite_views,
    reviewer_views,
    reviewing_views,
    taking_up_views,
    views,
)

app_name = "reviews"
urlpatterns = [
    # Inviting, and taking up an invitation.
    path("assessments/<int:pk>/reviews/", views.index, name="index"),
    path("assessments/<int:pk>/reviews/new/", invite_views.invite, name="invite"),
    path("reviews/<int:pk>/", views.detail, name="detail"),
    path("reviews/<int:pk>/edit/", invite_views.edit, name="edit"),
    path("reviews/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("reviews/<int:pk>/reviewers/new/", invite_views.add, name="add_reviewers"),
    path("reviews/<int:pk>/reviewers/<int:reviewer>/", reviewer_views.reviewer, name="reviewer"),
    # Its token is masked in the log (trustquality/logs.py).
    path(
        "reviews/invitations/<str:token>/",
        taking_up_views.accept_invitation,
        name="accept_invitation",
    ),
    path("reviewing/", taking_up_views.reviewing_index, name="reviewing_index"),
    path("reviewing/<int:pk>/declaration/", taking_up_views.declaration, name="declare"),
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
    path(
        "reviews/<int:pk>/comments/<int:comment>/take-back/",
        comment_views.take_request_back,
        name="take_request_back",
    ),
    path("reviews/<int:pk>/answers/", closing_views.send, name="send_answers"),
    path("reviews/<int:pk>/sign/", closing_views.sign, name="sign"),
]
