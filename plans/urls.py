"""Addresses of action plans, their priorities and their actions."""

from django.urls import path

from plans import action_views, priority_views, take_up_views, views

app_name = "plans"
urlpatterns = [
    path("assessments/<int:pk>/plan/", views.for_assessment, name="for_assessment"),
    path("assessments/<int:pk>/plan/take-up/", take_up_views.take_up, name="take_up"),
    path("plans/<int:pk>/", views.detail, name="detail"),
    path("plans/<int:pk>/priorities/", views.choose, name="choose"),
    path("plans/<int:pk>/edit/", views.edit, name="edit"),
    path("plans/<int:pk>/adopt/", views.adopt, name="adopt"),
    path("priorities/<int:pk>/", priority_views.priority, name="priority"),
    path("priorities/<int:pk>/drop/", priority_views.drop, name="drop_priority"),
    path("priorities/<int:pk>/restore/", priority_views.restore, name="restore_priority"),
    path("priorities/<int:pk>/move/", priority_views.move, name="move_priority"),
    path("priorities/<int:pk>/actions/add/", action_views.add, name="add_action"),
    path("actions/<int:pk>/edit/", action_views.edit, name="edit_action"),
    path("actions/<int:pk>/drop/", action_views.drop, name="drop_action"),
    path("actions/<int:pk>/restore/", action_views.restore, name="restore_action"),
    path("actions/<int:pk>/move/", action_views.move, name="move_action"),
]
