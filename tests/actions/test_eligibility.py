"""From when linking is possible: the questions, and the answers."""

from __future__ import annotations

from typing import Any

import pytest

from actions.eligibility import (
    ActionAskNoticeArrived,
    ActionBeginLinkTiming,
    ActionTellLinkTiming,
    ValidateEligibilityForm,
)
from helpdesk.bootstrap import Helpdesk
from tests.actions.notice_buttons import reminder
from tests.actions.talk import (
    begun,
    forgotten,
    questions,
    run,
    turn,
    utter,
    validate,
)

WEB_NEW, WEB_MNP = {"order_place": "web", "number_kind": "new"}, {
    "order_place": "web",
    "number_kind": "mnp",
}  # fmt: skip


@pytest.mark.parametrize(
    ("slots", "asked"),
    [
        pytest.param(
            {}, ["order_place", "number_kind", "notice_arrived"], id="nothing"
        ),
        pytest.param({"order_place": "shop"}, ["order_place"], id="shop"),
        pytest.param(
            WEB_NEW | {"notice_arrived": "not_arrived"},
            ["order_place", "number_kind", "notice_arrived"],
            id="no mail",
        ),
        pytest.param(
            WEB_NEW | {"notice_arrived": "arrived"},
            ["order_place", "number_kind", "notice_arrived", "notice_day"],
            id="mail",
        ),
    ],
)
def test_form_asks_what_matters_for_the_order(
    helpdesk: Helpdesk, slots: dict[str, str], asked: list[str]
):
    assert questions(ValidateEligibilityForm(helpdesk), turn(**slots)) == asked


@pytest.mark.parametrize(
    ("slots", "kept"),
    [
        pytest.param(
            {"requested_slot": "notice_arrived"},
            {"notice_arrived": "arrived"},
            id="asked for",
        ),
        pytest.param(
            WEB_MNP | {"notice": "service_start"},
            {"notice_arrived": "arrived"},
            id="the mail that counts",
        ),
        pytest.param(
            WEB_MNP | {"notice": "shipping"},
            {"notice_arrived": None, "notice_day": None},
            id="another mail",
        ),
        pytest.param(
            WEB_NEW, {"notice_arrived": None, "notice_day": None}, id="some mail"
        ),
    ],
)
def test_mail_counts_if_it_was_asked_for_or_is_the_one_that_counts(
    helpdesk: Helpdesk, slots: dict[str, str], kept: dict[str, None]
):
    form = ValidateEligibilityForm(helpdesk)

    assert validate(form, "notice_arrived", "arrived", turn(**slots)) == (kept, [])


@pytest.mark.parametrize(
    ("notation", "kept", "response"),
    [
        pytest.param("day-1", "2026-11-23", None, id="yesterday"),
        pytest.param("day+0", "2026-11-24", None, id="today"),
        pytest.param("day+1", None, "utter_notice_day_in_future", id="tomorrow"),
        pytest.param("--13-40", None, "utter_notice_day_unknown", id="no such day"),
        pytest.param("いつか", None, "utter_notice_day_unknown", id="no notation"),
    ],
)
def test_day_of_the_mail_is_resolved_against_today(
    helpdesk: Helpdesk, notation: str, kept: str | None, response: str | None
):
    form = ValidateEligibilityForm(helpdesk)

    assert validate(form, "notice_day", notation, turn(notice_arrived="arrived")) == (
        {"notice_day": kept},
        [] if response is None else [utter(response)],
    )


def test_day_beside_another_matter_is_no_day_of_a_mail(helpdesk: Helpdesk):
    form = ValidateEligibilityForm(helpdesk)

    assert validate(form, "notice_day", "day+1", turn()) == ({"notice_day": None}, [])


@pytest.mark.parametrize(
    ("kind", "named", "responses"),
    [
        pytest.param("mnp", None, ["utter_ask_service_start_notice"], id="MNP"),
        pytest.param("new", None, ["utter_ask_shipping_notice"], id="new"),
        pytest.param(
            "mnp",
            "shipping",
            ["utter_timing_mnp_needs_service_start", "utter_ask_service_start_notice"],
            id="MNP, wrong mail",
        ),
        pytest.param(
            "new",
            "service_start",
            ["utter_timing_new_needs_shipping", "utter_ask_shipping_notice"],
            id="new, wrong mail",
        ),
    ],
)
def test_question_for_the_mail_puts_a_wrong_premise_right(
    kind: str, named: str | None, responses: list[str]
):
    tracker = turn(number_kind=kind, notice=named)

    assert run(ActionAskNoticeArrived(), tracker) == ([], [*map(utter, responses)])


def test_begin_asks_a_stranger(helpdesk: Helpdesk):
    assert run(ActionBeginLinkTiming(helpdesk), turn("aiko")) == (
        begun("eligibility_form"),
        [],
    )


@pytest.mark.parametrize(
    ("entities", "corrects"),
    [
        pytest.param({}, False, id="no claim"),
        pytest.param({"order_place": "web", "number_kind": "new"}, False, id="right"),
        pytest.param({"order_place": "shop"}, True, id="wrong place"),
        pytest.param({"number_kind": "mnp"}, True, id="wrong kind"),
    ],
)
def test_begin_answers_by_the_record_and_corrects_a_wrong_claim(
    helpdesk: Helpdesk, entities: dict[str, str], corrects: bool
):
    known = helpdesk.eligibility.of_customer("hiro")[0].eligibility

    done = run(ActionBeginLinkTiming(helpdesk), turn("hiro", entities=entities))

    wording = helpdesk.catalog.wording
    day = wording.as_day_format().day(known.opens_on)
    differs = utter("utter_timing_record_differs", order=wording.order.web_new)
    by_record = utter("utter_timing_by_record_open", number_last4="6601", opens_on=day)
    assert done == ([], [differs, by_record] if corrects else [by_record])


@pytest.mark.parametrize(
    ("slots", "response", "day"),
    [
        pytest.param({"order_place": "shop"}, "utter_timing_shop", None, id="shop"),
        pytest.param(WEB_NEW, "utter_timing_new_waiting", None, id="new, no mail"),
        pytest.param(WEB_MNP, "utter_timing_mnp_waiting", None, id="MNP, no mail"),
        pytest.param(
            WEB_NEW | {"notice_day": "2026-11-24"},
            "utter_timing_opens_on",
            "11月25日(水)",
            id="new, mail today",
        ),
        pytest.param(
            WEB_NEW | {"notice_day": "2026-11-23"},
            "utter_timing_open",
            "11月24日(火)",
            id="new, mail yesterday",
        ),
        pytest.param(
            WEB_MNP | {"notice_day": "2026-11-24"},
            "utter_timing_open",
            "11月24日(火)",
            id="MNP, mail today",
        ),
    ],
)
def test_answer_is_the_day_or_the_mail_that_is_waited_for(
    helpdesk: Helpdesk, slots: dict[str, str], response: str, day: str | None
):
    order = helpdesk.catalog.wording.order
    words = order.web_mnp if slots.get("number_kind") == "mnp" else order.web_new
    arguments: dict[str, Any] = {} if day is None else {"opens_on": day, "order": words}
    if response == "utter_timing_opens_on":
        arguments["buttons"] = reminder("2026-11-25")

    assert run(ActionTellLinkTiming(helpdesk), turn(**slots)) == (
        forgotten("eligibility_form"),
        [utter(response, **arguments)],
    )
