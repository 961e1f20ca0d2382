"""One priority's pages: its key issue; drop it, take it up again, move it."""

from __future__ import annotations

import pytest
from django.http import Http404, HttpResponse

from frameworks.models import Element
from plans.models import Priority
from plans.views import look_again
from tests.conftest import client_of
from tests.plans.conftest import (
    action_fields,
    add_action,
    add_priority,
    address,
    error_links,
    form_values,
    page_of,
)

pytestmark = pytest.mark.once  # what pages say and take; saves at once are tried on both


def issue(text: str, *, version: object = 1, **more: object) -> dict[str, object]:
    return {"key_issue": text, "version": version} | more


def test_the_page_shows_the_rating_the_note_and_the_actions(action, executive) -> None:
    page = page_of(client_of(executive).get(address("priority", action.priority)))
    rating = page.all("aside")[0].text
    assert "Step 1" in rating
    assert "What the board saw in Point 3." in rating
    assert form_values(page)["key_issue"] == ["Nobody looks at it."]
    assert "Do thing 1" in page.with_id(f"action-{action.pk}").text


def test_writing_the_key_issue_saves_it_with_history(priority, executive) -> None:
    text = "Attendance is one figure.\r\nNobody sees a school."
    answer = client_of(executive).post(address("priority", priority), issue(text))
    priority.refresh_from_db()
    assert answer.url == address("priority", priority)
    assert answer.cookies["tq-saved"].value.partition(":")[2] == address("priority", priority)
    assert priority.key_issue == text.replace("\r\n", "\n")
    newest = priority.history.first()
    assert (newest.key_issue, newest.version) == (priority.key_issue, 2)
    assert (newest.history_type, newest.history_user) == ("~", executive)


def test_saving_can_lead_straight_to_a_new_action(priority, executive) -> None:
    answer = client_of(executive).post(address("priority", priority), issue("So.", then="action"))
    assert answer.url == address("add_action", priority)


def test_the_same_text_sent_again_is_no_conflict(priority, executive) -> None:
    client = client_of(executive)
    answers = [client.post(address("priority", priority), issue("So.")) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302] * 3
    assert priority.history.filter(key_issue="So.").count() == 1


@pytest.mark.parametrize("version", [1, "", "x", "-5", "9" * 400, "\x00"])
def test_a_loser_gets_both_texts_and_can_go_on(version, priority, lead, executive) -> None:
    client_of(lead).post(address("priority", priority), issue("The lead's words."))
    client = client_of(executive)
    answer = client.post(
        address("priority", priority), issue("The executive's words.", version=version)
    )
    page = page_of(answer)
    assert answer.status_code == 409
    theirs = page.all("div", "govuk-error-summary")[0].text
    assert "Lead saved this while you were writing" in theirs
    assert "The lead's words." in theirs
    values = form_values(page)
    assert values["key_issue"] == ["The executive's words."]
    priority.refresh_from_db()
    assert priority.key_issue == "The lead's words."
    again = client.post(
        address("priority", priority), {name: value[0] for name, value in values.items()}
    )
    priority.refresh_from_db()
    assert (again.status_code, priority.key_issue) == (302, "The executive's words.")
    texts = [row.key_issue for row in priority.history.all()]
    assert texts == ["The executive's words.", "The lead's words.", "Nobody looks at it."]


def test_ones_own_other_page_is_named_as_such(priority, executive) -> None:
    client = client_of(executive)
    client.post(address("priority", priority), issue("On the phone."))
    answer = client.post(address("priority", priority), issue("On the laptop."))
    assert "You saved this from another page" in answer.content.decode()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 10_001, "The key issue must be 10,000 characters or fewer; it has 10,001"),
        ("a\x00b", "Null characters are not allowed."),
    ],
)
def test_bad_text_is_refused_and_kept(text, message, priority, executive) -> None:
    answer = client_of(executive).post(address("priority", priority), issue(text))
    page = page_of(answer)
    assert answer.status_code == 422
    assert error_links(page) == {message: "id_key_issue"}
    assert form_values(page)["key_issue"] == [text]
    priority.refresh_from_db()
    assert (priority.key_issue, priority.version) == ("Nobody looks at it.", 1)


def test_ten_thousand_characters_with_line_breaks_fit(priority, executive) -> None:
    text = "x" * 4_999 + "\r\n" + "y" * 5_000
    answer = client_of(executive).post(address("priority", priority), issue(text))
    priority.refresh_from_db()
    assert (answer.status_code, len(priority.key_issue)) == (302, 10_000)


def test_the_page_says_what_has_become_of_an_empty_box(priority, plan, executive) -> None:
    client = client_of(executive)
    cleared = client.post(address("priority", priority), issue(""), follow=True).content.decode()
    assert "The key issue is cleared." in cleared
    again = client.post(address("priority", priority), issue("", version=2), follow=True)
    assert "The box is empty: the key issue is still to be written." in again.content.decode()
    assert "is saved" not in cleared + again.content.decode()


def test_an_empty_post_is_checked_not_ignored(priority, executive) -> None:
    answer = client_of(executive).post(address("priority", priority), {})
    priority.refresh_from_db()
    assert (answer.status_code, priority.key_issue) == (409, "Nobody looks at it.")


def test_dropping_asks_for_a_reason_and_keeps_everything_readable(action, executive) -> None:
    priority = action.priority
    client = client_of(executive)
    assert "its 1 action" in client.get(address("drop_priority", priority)).content.decode()
    answer = client.post(address("drop_priority", priority), {"reason": "Covered elsewhere."})
    priority.refresh_from_db()
    assert answer.url == address("detail", priority.plan)
    assert (priority.drop_reason, priority.dropped_by) == ("Covered elsewhere.", executive)
    assert priority.is_dropped
    newest = priority.history.first()
    assert (newest.drop_reason, newest.history_user) == ("Covered elsewhere.", executive)
    page = page_of(client.get(address("priority", priority)))
    assert "by Executive: Covered elsewhere." in page.all("div", "govuk-inset-text")[0].text
    assert "Do thing 1" in page.with_id("main-content").text


def test_dropping_takes_the_flag_off_and_restoring_puts_it_on(priority, executive) -> None:
    client = client_of(executive)
    rating = priority.plan.assessment.ratings.get(element=priority.element)
    rating.is_priority = True
    rating.save()
    client.post(address("drop_priority", priority), {"reason": "Done."})
    rating.refresh_from_db()
    assert not rating.is_priority
    client.post(address("restore_priority", priority))
    rating.refresh_from_db()
    assert rating.is_priority


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("", "Say why it is dropped"),
        (" \r\n ", "Say why it is dropped"),
        ("x" * 2001, "The reason must be 2,000 characters or fewer; it has 2,001"),
        ("a\x00b", "Null characters are not allowed."),
        (None, "Say why it is dropped"),
    ],
)
@pytest.mark.parametrize("what", ["priority", "action"])
def test_dropping_without_a_good_reason_is_refused(
    what, reason, message, action, executive
) -> None:
    row = action.priority if what == "priority" else action
    fields = {} if reason is None else {"reason": reason}
    answer = client_of(executive).post(address(f"drop_{what}", row), fields)
    page = page_of(answer)
    assert answer.status_code == 422
    assert error_links(page) == {message: "id_reason"}
    assert form_values(page)["reason"] == [reason or ""]
    row.refresh_from_db()
    assert not row.is_dropped


@pytest.mark.parametrize("what", ["priority", "action"])
def test_dropping_twice_with_the_same_reason_drops_once(what, action, executive) -> None:
    row = action.priority if what == "priority" else action
    client = client_of(executive)
    answers = [client.post(address(f"drop_{what}", row), {"reason": "Done."}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert row.history.count() == 2


@pytest.mark.parametrize("what", ["priority", "action"])
def test_two_reasons_for_dropping_are_both_shown(what, action, lead, executive) -> None:
    row = action.priority if what == "priority" else action
    client_of(lead).post(address(f"drop_{what}", row), {"reason": "The lead's reason."})
    client = client_of(executive)
    answer = client.post(address(f"drop_{what}", row), {"reason": "The executive's reason."})
    page = page_of(answer)
    assert answer.status_code == 409
    assert "by Lead: The lead's reason." in page.all("div", "govuk-error-summary")[0].text
    values = {name: value[0] for name, value in form_values(page).items()}
    assert values["reason"] == "The executive's reason."
    row.refresh_from_db()
    assert row.drop_reason == "The lead's reason."
    assert client.post(address(f"drop_{what}", row), values).status_code == 302
    row.refresh_from_db()
    assert (row.drop_reason, row.dropped_by) == ("The executive's reason.", executive)
    assert [kept.drop_reason for kept in row.history.all()] == [
        "The executive's reason.",
        "The lead's reason.",
        "",
    ]


def test_restoring_brings_it_back_at_the_end_and_repeating_changes_nothing(
    priority, executive
) -> None:
    other = add_priority(priority.plan, "Point 1")
    client = client_of(executive)
    client.post(address("drop_priority", priority), {"reason": "Done."})
    for _ in range(2):
        assert client.post(address("restore_priority", priority)).status_code == 302
    active = list(priority.plan.priorities.active().in_order())
    assert active == [other, priority]
    priority.refresh_from_db()
    assert (priority.drop_reason, priority.dropped_at, priority.dropped_by) == ("", None, None)
    assert priority.history.count() == 3


def names(priority: Priority) -> list[str]:
    rows = priority.plan.priorities.active().in_order().select_related("element")
    return [row.element.name for row in rows]


@pytest.fixture
def three(priority: Priority) -> list[Priority]:
    """Points 3, 1 and 2, in this order."""
    plan = priority.plan
    return [priority, add_priority(plan, "Point 1"), add_priority(plan, "Point 2")]


def focused(answer: HttpResponse) -> tuple[str, str]:
    """The button that has the focus when the page opens, and what describes it."""
    page = page_of(answer)
    (button,) = [node for node in page.all("button") if "autofocus" in node.attributes]
    return button.text, page.with_id(button.attributes["aria-describedby"]).text


def test_moving_swaps_neighbours_and_comes_back_to_the_row(three, executive) -> None:
    client = client_of(executive)
    where = address("move_priority", three[2])
    answer = client.post(where, {"direction": "up", "place": 3})
    assert answer.url.startswith(f"{address('detail', three[0].plan)}?moved=")
    assert names(three[0]) == ["Point 3", "Point 2", "Point 1"]
    assert focused(client.get(answer.url)) == ("Move up : Point 2", "Now 2 of 3.")
    last = client.post(address("move_priority", three[2]), {"direction": "up", "place": 2})
    assert focused(client.get(last.url)) == ("Move down : Point 2", "Now 1 of 3.")
    client.post(where, {"direction": "down", "place": 1})
    client.post(address("move_priority", three[0]), {"direction": "down", "place": 1})
    assert names(three[0]) == ["Point 2", "Point 3", "Point 1"]
    newest = three[2].history.first()
    assert (newest.order, newest.history_user) == (1, executive)
    three[1].refresh_from_db()
    assert three[1].version == 1


def test_a_move_sent_twice_moves_once(three, executive) -> None:
    client = client_of(executive)
    for _ in range(2):
        client.post(address("move_priority", three[2]), {"direction": "up", "place": 3})
    assert names(three[0]) == ["Point 3", "Point 2", "Point 1"]


@pytest.mark.parametrize(
    ("which", "fields"),
    [
        (0, {"direction": "up", "place": 1}),
        (2, {"direction": "down", "place": 3}),
        (0, {"direction": "down", "place": 2}),
        (0, {"direction": "sideways", "place": 1}),
        (0, {"direction": "down\x00", "place": 1}),
        (0, {"direction": "down", "place": "9" * 9}),
        (0, {}),
    ],
)
def test_a_move_that_cannot_be_moves_nothing(which, fields, three, executive) -> None:
    answer = client_of(executive).post(address("move_priority", three[which]), fields)
    assert answer.status_code == 302
    assert names(three[0]) == ["Point 3", "Point 1", "Point 2"]
    assert Priority.history.filter(history_type="~").count() == 0


def test_moving_steps_over_the_dropped(three, executive) -> None:
    client = client_of(executive)
    client.post(address("drop_priority", three[1]), {"reason": "Done."})
    client.post(address("move_priority", three[2]), {"direction": "up", "place": 2})
    assert names(three[0]) == ["Point 2", "Point 3"]


def test_the_plan_offers_only_the_moves_that_are_possible(three, executive) -> None:
    page = page_of(client_of(executive).get(address("detail", three[0].plan)))
    moves = [node.text for node in page.all("button") if "Move" in node.text]
    assert moves == [
        "Move down : Point 3",
        "Move up : Point 1",
        "Move down : Point 1",
        "Move up : Point 2",
    ]


def test_a_name_that_is_anothers_too_stands_with_its_domain(three, executive) -> None:
    first = three[0]
    Element.objects.filter(name__in=["Point 1", "Point 3"]).update(name="Culture")
    first.key_issue = ""
    first.save()
    add_action(first)
    client = client_of(executive)
    page = page_of(client.get(address("detail", first.plan)))
    texts = [node.text for node in page.all("a") + page.all("button")]
    assert "Continue with Culture (Area 2)" in texts
    assert "Write the key issue : Culture (Area 2)" in texts
    assert "Move up : Culture (Area 1)" in texts
    assert "Write the key issue : Point 2" in texts
    for name, row in (
        ("priority", first),
        ("add_action", first),
        ("edit_action", first.actions.get()),
        ("drop_priority", first),
    ):
        page = page_of(client.get(address(name, row)))
        assert "Culture (Area 2)" in page.all("title")[0].text
        assert "Culture (Area 2)" in page.all("ol", "govuk-breadcrumbs__list")[0].text
    assert "Culture (Area 1) still needs" in client.get(
        address("adopt", first.plan)
    ).content.decode().replace("</a>", "")
    said = client.post(address("drop_priority", first), {"reason": "So."}, follow=True)
    assert "Culture (Area 2) is dropped." in said.content.decode()
    told = client.get(f"/trusts/northfield/history/priority/{first.pk}/").content.decode()
    assert f"the priority Culture (Area 2) in {first.plan.title}" in told


def test_words_for_a_priority_taken_out_meanwhile_put_it_back(plan, lead, executive) -> None:
    empty = add_priority(plan, "Point 1")
    keeps = add_priority(plan, "Point 3")
    fields = {"elements": [keeps.element_id]}
    fields["began_ticked"] = fields["began_in_plan"] = [keeps.element_id, empty.element_id]
    client_of(lead).post(address("choose", plan), fields)
    assert not Priority.objects.filter(pk=empty.pk).exists()
    client = client_of(executive)
    assert client.get(address("priority", empty)).status_code == 404
    answer = client.post(address("priority", empty), issue("Written meanwhile."), follow=True)
    assert "Point 1 had been taken out of the plan in the meantime" in answer.content.decode()
    back = Priority.objects.get(pk=empty.pk)
    assert (back.key_issue, back.order, back.element) == ("Written meanwhile.", 3, empty.element)
    assert plan.assessment.ratings.get(element=empty.element).is_priority


def test_an_action_for_a_priority_taken_out_and_chosen_anew_goes_to_the_new_one(
    plan, lead, executive
) -> None:
    empty = add_priority(plan, "Point 1")
    empty.delete()
    anew = add_priority(plan, "Point 1")
    gone = Priority(pk=Priority.history.filter(history_type="-").get().id)
    answer = client_of(executive).post(address("add_action", gone), action_fields())
    assert answer.url == address("priority", anew)
    assert anew.actions.get().description == "Map every post"


def test_a_removed_priority_is_no_way_in_for_others(plan, observer, stranger) -> None:
    empty = add_priority(plan, "Point 1")
    pk = empty.pk
    empty.delete()
    gone = Priority(pk=pk)
    for user, status in ((stranger, 404), (observer, 403)):
        assert client_of(user).post(address("priority", gone), issue("x")).status_code == status
        added = client_of(user).post(address("add_action", gone), action_fields())
        assert added.status_code == status
    assert not Priority.objects.exists()


def test_a_dropped_priority_takes_no_new_action_but_keeps_the_words(priority, executive) -> None:
    client = client_of(executive)
    client.post(address("drop_priority", priority), {"reason": "Done."})
    page = page_of(client.get(address("add_action", priority)))
    assert "once the priority has been taken up again" in page.with_id("main-content").text
    assert not page.all("textarea")
    answer = client.post(address("add_action", priority), action_fields())
    page = page_of(answer)
    assert answer.status_code == 409
    values = {name: value[0] for name, value in form_values(page).items()}
    assert values["description"] == "Map every post"
    assert priority.actions.count() == 0
    client.post(address("restore_priority", priority))
    values["owner"] = "other"
    assert client.post(address("add_action", priority), values).status_code == 302
    assert priority.actions.get().owner_name == "Ravi Shah"


def test_actions_are_shown_in_order_with_the_dropped_below(priority, executive) -> None:
    client = client_of(executive)
    first, second = add_action(priority), add_action(priority)
    client.post(address("drop_action", first), {"reason": "Done elsewhere."})
    page = page_of(client.get(address("priority", priority)))
    active = [node.attributes["id"] for node in page.all("li", "tq-action")]
    assert active == [f"action-{second.pk}"]
    assert "by Executive: Done elsewhere." in page.with_id(f"action-{first.pk}").text


def test_a_row_taken_out_between_look_and_write_is_looked_for_again() -> None:
    looks: list[int] = []

    def view(request: object, pk: int) -> HttpResponse:
        looks.append(pk)
        if len(looks) == 1:
            raise Priority.DoesNotExist
        return HttpResponse("put back")

    assert look_again(view)(None, 7).content == b"put back"
    assert looks == [7, 7]


def test_a_row_that_stays_gone_is_not_found() -> None:
    def view(request: object, pk: int) -> HttpResponse:
        raise Priority.DoesNotExist

    with pytest.raises(Http404):
        look_again(view)(None, 7)
