"""Gifts of data from the chat's side: what is said to giver and receiver, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.data_gift import ActionBeginDataGift, ActionTellGiftEnded
from actions.gift_answer import (
    ActionAskGiftAnswer,
    ActionBeginGiftAnswer,
    ActionFinishGiftAnswer,
    ValidateGiftAnswerForm,
)
from actions.gift_form import (
    ActionAskGiftAmount,
    ActionAskGiftConfirmed,
    ActionFinishDataGift,
    ValidateGiftForm,
)
from actions.user_link import ActionFinishUserLink, ActionTellEndUserLinked
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.linking import LinkRole
from helpdesk.services.rights import RightsService
from tests.actions.talk import begun, extract, forgotten, run, turn, utter, validate
from tests.fakes import FakeClock, UnsteadyCarrier, japan
from tests.services.carrier_talk import (
    balance,
    link,
    set_balance,
    set_network,
    unsteady,
)

DAY_LATER = "11月25日(水) 11:00"
MONTH_END = "11月30日(月)"
ENDED = {"requested_slot": None}


@pytest.fixture
def away(helpdesk: Helpdesk) -> tuple[Helpdesk, UnsteadyCarrier]:
    """The services on a carrier that does not answer when a test says so."""
    parts = unsteady(helpdesk)
    carrier: Any = parts.carrier
    services = replace(
        helpdesk,
        carrier=carrier,
        changes=parts.changes,
        contracts=parts.contracts,
        gifts=parts.gifts,
        rights=RightsService(helpdesk.database, carrier),
    )
    return services, carrier


@pytest.fixture
def code(helpdesk: Helpdesk) -> str:
    """The code of an offer of yuki's: 500 of her 800 MB."""
    return helpdesk.gifts.offer("yuki", "yuki.1", 500, "event-0")[1]


def withdraw(title: str = "取り消す", gift: int = 1) -> dict[str, str]:
    payload = f'/gift_data{{"gift_wish": "withdraw", "gift": "{gift}"}}'
    return {"title": title, "payload": payload}


# --- The giver begins -----------------------------------------------------------------


def test_gift_of_a_stranger_is_explained_with_the_link(helpdesk: Helpdesk):
    assert run(ActionBeginDataGift(helpdesk), turn("aiko")) == (
        [],
        [utter("utter_gift_data")],
    )


def test_gift_of_a_holder_needs_the_end_user_s_link(
    helpdesk: Helpdesk, hold: Callable[..., None]
):
    hold("eita", "eita.1")

    assert run(ActionBeginDataGift(helpdesk), turn("eita")) == (
        [],
        [utter("utter_gift_needs_user_link"), utter("utter_gift_data")],
    )


def test_gift_of_an_end_user_begins(helpdesk: Helpdesk):
    assert run(ActionBeginDataGift(helpdesk), turn("yuki")) == (begun("gift_form"), [])


def test_open_offers_are_shown_with_their_codes_and_the_time_left(
    helpdesk: Helpdesk, clock: FakeClock
):
    link(helpdesk, "aiko", "eita.2", [LinkRole.END_USER])
    first = helpdesk.gifts.offer("aiko", "eita.2", 500, "e1")[1]
    clock.forward(hours=23, minutes=50)
    second = helpdesk.gifts.offer("aiko", "eita.2", 1000, "e2")[1]

    events, said = run(ActionBeginDataGift(helpdesk), turn("aiko"))

    assert (events, said) == (
        [],
        [
            utter(
                "utter_open_gifts",
                gifts=(
                    f"・1GB（プレゼントコード {second}）：11月26日(木) 10:50まで（あと24時間）\n"
                    f"・500MB（プレゼントコード {first}）：{DAY_LATER}まで（あと10分）"
                ),
                buttons=[
                    withdraw(f"取り消す（{second}）", 2),
                    withdraw(f"取り消す（{first}）", 1),
                    {
                        "title": "別に贈る",
                        "payload": '/gift_data{"gift_wish": "another"}',
                    },
                ],
            )
        ],
    )


def test_another_gift_begins_beside_an_open_one(helpdesk: Helpdesk, code: str):
    tracker = turn("yuki", entities={"gift_wish": "another"})

    assert run(ActionBeginDataGift(helpdesk), tracker) == (begun("gift_form"), [])


def test_carrier_away_before_a_gift_leaves_all_as_it_was(
    away: tuple[Helpdesk, UnsteadyCarrier],
):
    services, carrier = away
    carrier.fails_before = 1

    assert run(ActionBeginDataGift(services), turn("yuki")) == (
        [],
        [utter("utter_gift_not_now")],
    )


# --- The giver's questions ------------------------------------------------------------


def test_single_subscription_says_what_it_can_give(helpdesk: Helpdesk):
    tracker = turn("yuki", form="gift_form")

    assert (
        extract(ValidateGiftForm(helpdesk), "gift_subscription", tracker),
        validate(ValidateGiftForm(helpdesk), "gift_subscription", "yuki.1", tracker),
    ) == (
        {"gift_subscription": "yuki.1"},
        (
            {"gift_subscription": "yuki.1"},
            [
                utter(
                    "utter_gift_room",
                    least="500MB",
                    most="0.8GB",
                    step="100MB",
                    until=MONTH_END,
                )
            ],
        ),
    )


@pytest.mark.parametrize(
    ("left", "network", "said"),
    [
        pytest.param(
            DataBalance(carried=900, basic=499),
            "docomo",
            utter("utter_gift_nothing_to_give", least="500MB"),
            id="basic data only",
        ),
        pytest.param(
            DataBalance(basic=3000), "au", utter("utter_gift_network"), id="au"
        ),
    ],
)
def test_subscription_that_can_give_nothing_ends_the_form(
    helpdesk: Helpdesk, left: DataBalance, network: str, said: dict[str, Any]
):
    set_balance(helpdesk, "yuki.1", left)
    set_network(helpdesk, "yuki.1", network)
    tracker = turn("yuki", form="gift_form")

    assert validate(
        ValidateGiftForm(helpdesk), "gift_subscription", "yuki.1", tracker
    ) == ({"gift_subscription": None} | ENDED, [said])


def test_somebody_else_s_subscription_gives_nothing(helpdesk: Helpdesk):
    tracker = turn("yuki", form="gift_form")

    assert validate(
        ValidateGiftForm(helpdesk), "gift_subscription", "hiro.1", tracker
    ) == (
        {"gift_subscription": None} | ENDED,
        [utter("utter_gift_needs_user_link")],
    )


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1ギガ", "1000"),
        ("５００ｍｂ", "500"),
        ("全部", "-1"),
        ("/inform_order_channel", None),
        ("やめます", None),
    ],
)
def test_typed_volume_is_read(helpdesk: Helpdesk, text: str, amount: str | None):
    tracker = turn("yuki", text, requested_slot="gift_amount")

    found = extract(ValidateGiftForm(helpdesk), "gift_amount", tracker)

    assert found == ({} if amount is None else {"gift_amount": amount})


def test_volume_is_read_only_where_it_is_asked_for(helpdesk: Helpdesk):
    tracker = turn("yuki", "1ギガ贈りたい", requested_slot=None)

    assert extract(ValidateGiftForm(helpdesk), "gift_amount", tracker) == {}


@pytest.mark.parametrize(
    ("amount", "kept", "problem"),
    [
        pytest.param("500", "500", None, id="least"),
        pytest.param("800", "800", None, id="most"),
        pytest.param("-1", "800", None, id="all"),
        pytest.param("400", None, "too_small", id="too small"),
        pytest.param("550", None, "not_in_steps", id="not in steps"),
        pytest.param("900", None, "not_enough", id="more than is left"),
        pytest.param("4000", None, "not_enough", id="more than the plan has"),
    ],
)
def test_volume_is_checked(
    helpdesk: Helpdesk, amount: str, kept: str | None, problem: str | None
):
    tracker = turn("yuki", form="gift_form", gift_subscription="yuki.1")
    room = {"least": "500MB", "most": "0.8GB", "step": "100MB"}

    assert validate(ValidateGiftForm(helpdesk), "gift_amount", amount, tracker) == (
        {"gift_amount": kept},
        [] if problem is None else [utter(f"utter_gift_{problem}", **room)],
    )


def test_volumes_are_offered_as_buttons(helpdesk: Helpdesk):
    set_balance(helpdesk, "yuki.1", DataBalance(basic=2600))
    tracker = turn("yuki", form="gift_form", gift_subscription="yuki.1")

    _, said = run(ActionAskGiftAmount(helpdesk), tracker)

    assert [(each["title"], each["payload"]) for each in said[0]["buttons"]] == [
        ("500MB", '/inform_order_channel{"gift_amount": "500"}'),
        ("1GB", '/inform_order_channel{"gift_amount": "1000"}'),
        ("2GB", '/inform_order_channel{"gift_amount": "2000"}'),
        ("2.6GB", '/inform_order_channel{"gift_amount": "2600"}'),
        ("届かない・送れない", '/gift_data{"gift_wish": "trouble"}'),
        ("やめる", "/stop"),
    ]


@pytest.mark.parametrize(
    ("at", "until"),
    [
        pytest.param(japan(2026, 11, 24, 11), DAY_LATER, id="a day"),
        pytest.param(
            japan(2026, 11, 30, 0), "11月30日(月) 23:59", id="a day that is the last"
        ),
        pytest.param(japan(2026, 11, 30, 20), "11月30日(月) 23:59", id="less"),
    ],
)
def test_confirmation_says_until_when(
    helpdesk: Helpdesk, clock: FakeClock, at: Any, until: str
):
    clock.set(at)
    tracker = turn("yuki", gift_subscription="yuki.1", gift_amount="500")

    assert run(ActionAskGiftConfirmed(helpdesk), tracker) == (
        [],
        [
            utter(
                "utter_ask_gift_confirmed",
                volume="500MB",
                number_last4="5501",
                until=until,
                month_end=MONTH_END,
            )
        ],
    )


# --- The offer ------------------------------------------------------------------------


def finished(services: Helpdesk, confirmed: str | None = "yes") -> list[dict[str, Any]]:
    tracker = turn(
        "yuki",
        gift_subscription="yuki.1",
        gift_amount="500",
        gift_confirmed=confirmed,
    )
    events, said = run(ActionFinishDataGift(services), tracker)
    assert events == forgotten("gift_form")
    return said


def test_offer_is_a_text_to_keep_and_one_to_send_on(helpdesk: Helpdesk):
    said = finished(helpdesk)

    (line,) = helpdesk.gifts.given("yuki", "yuki.1")
    values = {
        "volume": "500MB",
        "code": line.code,
        "until": DAY_LATER,
        "month_end": MONTH_END,
    }
    assert said == [
        utter("utter_gift_offered", buttons=[withdraw()], **values),
        utter("utter_gift_invitation", **values),
    ]


def test_same_turn_offers_once(helpdesk: Helpdesk):
    assert finished(helpdesk) == finished(helpdesk)
    assert len(helpdesk.gifts.given("yuki", "yuki.1")) == 1


def test_no_offers_nothing(helpdesk: Helpdesk):
    assert (finished(helpdesk, "no"), helpdesk.gifts.given("yuki", "yuki.1")) == (
        [utter("utter_gift_cancelled")],
        [],
    )


def test_form_that_ended_early_says_nothing_more(helpdesk: Helpdesk):
    assert finished(helpdesk, None) == []


def test_data_used_during_the_questions_are_not_offered(helpdesk: Helpdesk):
    set_balance(helpdesk, "yuki.1", DataBalance(basic=400))

    assert (finished(helpdesk), helpdesk.gifts.given("yuki", "yuki.1")) == (
        [utter("utter_gift_changed")],
        [],
    )


def test_carrier_away_at_the_offer_gives_nothing(
    away: tuple[Helpdesk, UnsteadyCarrier],
):
    services, carrier = away
    carrier.fails_before = 1

    assert (finished(services), services.gifts.given("yuki", "yuki.1")) == (
        [utter("utter_gift_not_now")],
        [],
    )


def test_offer_is_withdrawn_by_its_button_once(helpdesk: Helpdesk, code: str):
    tracker = turn("yuki", entities={"gift_wish": "withdraw", "gift": "1"})
    action = ActionBeginDataGift(helpdesk)

    assert [run(action, tracker), run(action, tracker)] == [
        ([], [utter("utter_gift_withdrawn", volume="500MB")]),
        ([], [utter("utter_gift_not_withdrawn_withdrawn")]),
    ]


def test_nobody_else_withdraws_an_offer(helpdesk: Helpdesk, code: str):
    tracker = turn("hiro", entities={"gift_wish": "withdraw", "gift": "1"})

    assert run(ActionBeginDataGift(helpdesk), tracker) == (
        [],
        [utter("utter_gift_unknown")],
    )


@pytest.mark.parametrize("state", ["accepted", "declined", "expired", "withdrawn"])
def test_giver_hears_how_an_offer_ended(helpdesk: Helpdesk, code: str, state: str):
    tracker = turn("yuki", entities={"gift": "1", "gift_state": state})

    assert run(ActionTellGiftEnded(helpdesk), tracker) == (
        [],
        [utter(f"utter_gift_was_{state}", volume="500MB")],
    )


# --- The receiver ---------------------------------------------------------------------


def sent(code: str, customer: str = "hiro", **slots: Any) -> Any:
    return turn(customer, entities={"gift_code": code}, **slots)


def asked_about(code: str) -> list[Any]:
    return [
        SlotSet("waiting_gift", None),
        *begun("gift_answer_form"),
        SlotSet("gift_code", code),
        SlotSet("gift_giver", "yuki.1"),
    ]


def test_code_of_a_linked_end_user_is_asked_about(helpdesk: Helpdesk, code: str):
    assert run(ActionBeginGiftAnswer(helpdesk), sent(code)) == (asked_about(code), [])


def test_code_waits_for_the_link(helpdesk: Helpdesk, code: str):
    assert run(ActionBeginGiftAnswer(helpdesk), sent(code, "emi")) == (
        [SlotSet("waiting_gift", code)],
        [utter("utter_gift_link_first", volume="500MB", until=DAY_LATER)],
    )


def test_waiting_code_is_asked_about_after_the_link(helpdesk: Helpdesk, code: str):
    link(helpdesk, "emi", "emi.1", [LinkRole.END_USER])
    tracker = turn("emi", waiting_gift=code)

    assert run(ActionBeginGiftAnswer(helpdesk), tracker) == (asked_about(code), [])


def test_waiting_code_that_is_over_lets_what_waits_go_on(helpdesk: Helpdesk, code: str):
    helpdesk.gifts.withdraw("yuki", 1)
    tracker = turn("hiro", waiting_gift=code, paused_procedures=["eligibility_form"])

    assert run(ActionBeginGiftAnswer(helpdesk), tracker) == (
        [
            SlotSet("waiting_gift", None),
            SlotSet("paused_procedures", []),
            FollowupAction("eligibility_form"),
        ],
        [utter("utter_gift_over_withdrawn"), utter("utter_back_to_procedure")],
    )


def test_own_code_is_for_others(helpdesk: Helpdesk, code: str):
    assert run(ActionBeginGiftAnswer(helpdesk), sent(code, "yuki")) == (
        [SlotSet("waiting_gift", None)],
        [
            utter(
                "utter_gift_own_subscription",
                volume="500MB",
                until=DAY_LATER,
                buttons=[withdraw()],
            )
        ],
    )


@pytest.mark.parametrize(
    ("typed", "response"),
    [
        pytest.param("?", "utter_gift_code_malformed", id="malformed"),
        pytest.param("G-2222-2222", "utter_gift_code_unknown", id="unknown"),
    ],
)
def test_code_that_leads_to_no_gift(helpdesk: Helpdesk, typed: str, response: str):
    assert run(ActionBeginGiftAnswer(helpdesk), sent(typed)) == (
        [SlotSet("waiting_gift", None)],
        [utter(response)],
    )


def test_too_many_unknown_codes_lock_with_the_time(helpdesk: Helpdesk, code: str):
    for _ in range(5):
        run(ActionBeginGiftAnswer(helpdesk), sent("G-2222-2222"))

    assert run(ActionBeginGiftAnswer(helpdesk), sent(code)) == (
        [SlotSet("waiting_gift", None)],
        [utter("utter_gift_code_locked", until="11:15")],
    )


def test_carrier_away_when_a_code_comes_keeps_the_gift(
    away: tuple[Helpdesk, UnsteadyCarrier], code: str
):
    services, carrier = away
    carrier.fails_before = 1

    assert run(ActionBeginGiftAnswer(services), sent(code)) == (
        [SlotSet("waiting_gift", None)],
        [utter("utter_gift_code_not_now")],
    )


def test_question_names_volume_subscription_and_both_ends(
    helpdesk: Helpdesk, code: str
):
    tracker = turn("hiro", gift_code=code, gift_receiver="hiro.1")

    assert run(ActionAskGiftAnswer(helpdesk), tracker) == (
        [],
        [
            utter(
                "utter_ask_gift_answer",
                volume="500MB",
                number_last4="6601",
                until=DAY_LATER,
                month_end=MONTH_END,
            )
        ],
    )


def test_question_of_a_gift_that_is_over_ends(
    helpdesk: Helpdesk, clock: FakeClock, code: str
):
    clock.forward(hours=24)
    tracker = turn("hiro", gift_code=code, gift_receiver="hiro.1")

    assert run(ActionAskGiftAnswer(helpdesk), tracker) == (
        [ActiveLoop(None), SlotSet("requested_slot", None)],
        [utter("utter_gift_over_expired")],
    )


@pytest.mark.parametrize(
    ("text", "receiver"),
    [
        pytest.param("最後の", "eita.2", id="place"),
        pytest.param("末尾1101", "eita.1", id="the number's end"),
        pytest.param("どちらでも", None, id="neither"),
    ],
)
def test_receiver_is_chosen_in_words(
    helpdesk: Helpdesk, code: str, text: str, receiver: str | None
):
    for subscription in ("eita.1", "eita.2"):
        helpdesk.linking.link("eita", subscription, LinkRole.END_USER)
    slots = {"gift_code": code, "gift_giver": "yuki.1"}
    tracker = turn("eita", text, requested_slot="gift_receiver", **slots)

    found = extract(ValidateGiftAnswerForm(helpdesk), "gift_receiver", tracker)

    assert found == ({} if receiver is None else {"gift_receiver": receiver})


@pytest.mark.parametrize(
    ("text", "answer"),
    [("受け取ります", "yes"), ("受け取らない", "no"), ("うーん", None)],
)
def test_typed_answer_is_read(helpdesk: Helpdesk, text: str, answer: str | None):
    tracker = turn("hiro", text, requested_slot="gift_answer")

    found = extract(ValidateGiftAnswerForm(helpdesk), "gift_answer", tracker)

    assert found == ({} if answer is None else {"gift_answer": answer})


# --- The answer -----------------------------------------------------------------------


def answered(
    services: Helpdesk, code: str, answer: str | None = "yes"
) -> list[dict[str, Any]]:
    tracker = turn("hiro", gift_code=code, gift_receiver="hiro.1", gift_answer=answer)
    events, said = run(ActionFinishGiftAnswer(services), tracker)
    assert events == forgotten("gift_answer_form")
    return said


RECEIVED = utter(
    "utter_gift_received",
    volume="500MB",
    total="500MB",
    month_end=MONTH_END,
    custom={
        "card": {
            "title": "データプレゼント",
            "lead": "500MBを受け取りました",
            "rows": [
                {"label": "データ残量（合計）", "value": "500MB", "share": None},
                {"label": "プレゼントを使える期限", "value": MONTH_END, "share": None},
            ],
            "note": "プレゼントの分は、翌月に繰り越せません。贈った方にもお知らせします。",
        }
    },
)


def test_gift_that_ends_slow_traffic_says_so(helpdesk: Helpdesk, code: str):
    assert answered(helpdesk, code) == [RECEIVED, utter("utter_gift_ends_slow")]
    assert balance(helpdesk, "hiro.1") == DataBalance(gifted=500)


def test_gift_to_who_is_not_slow(helpdesk: Helpdesk, code: str):
    set_balance(helpdesk, "hiro.1", DataBalance(basic=1000))

    responses = [each["response"] for each in answered(helpdesk, code)]

    assert responses == ["utter_gift_received"]


def test_declined_gift_moves_nothing(helpdesk: Helpdesk, code: str):
    assert answered(helpdesk, code, "no") == [
        utter("utter_gift_declined", volume="500MB")
    ]
    assert balance(helpdesk, "yuki.1").basic == 800


def test_question_that_ended_early_says_nothing_more(helpdesk: Helpdesk, code: str):
    assert answered(helpdesk, code, None) == []


def test_data_used_before_the_acceptance_are_not_given(helpdesk: Helpdesk, code: str):
    set_balance(helpdesk, "yuki.1", DataBalance(basic=499))

    assert answered(helpdesk, code) == [utter("utter_gift_not_moved")]
    assert balance(helpdesk, "hiro.1") == DataBalance()


def test_receiver_s_network_that_is_not_served_keeps_the_gift(
    helpdesk: Helpdesk, code: str
):
    set_network(helpdesk, "hiro.1", "au")

    assert answered(helpdesk, code) == [utter("utter_gift_not_for_network")]
    assert helpdesk.gifts.find("aiko", code).id == 1


def test_receiver_who_unlinked_meanwhile_is_led_to_the_link(
    helpdesk: Helpdesk, code: str
):
    (made, _), *_ = helpdesk.linking.links_of("hiro")
    helpdesk.linking.unlink("hiro", made.id)

    assert answered(helpdesk, code) == [utter("utter_gift_link_lost")]


def test_carrier_away_before_the_acceptance_keeps_the_gift(
    away: tuple[Helpdesk, UnsteadyCarrier], code: str
):
    services, carrier = away
    # The balance before, and then the network.
    carrier.fails_before = 2

    assert answered(services, code) == [utter("utter_gift_code_not_now")]
    assert services.gifts.find("hiro", code).id == 1


def test_acceptance_that_the_carrier_did_not_answer_is_pending(
    away: tuple[Helpdesk, UnsteadyCarrier], code: str
):
    services, carrier = away
    go_away_after(carrier, ["usage", "contract"])

    assert answered(services, code) == [utter("utter_change_pending")]
    assert carrier.asked == ["usage", "contract", "give_data"]


def test_receipt_does_without_the_balance(
    away: tuple[Helpdesk, UnsteadyCarrier], code: str
):
    services, carrier = away
    go_away_after(carrier, ["usage", "contract", "give_data"])

    assert answered(services, code) == [
        utter("utter_gift_received_only", volume="500MB", month_end=MONTH_END),
        utter("utter_gift_ends_slow"),
    ]


def go_away_after(carrier: UnsteadyCarrier, answered: list[str]) -> None:
    """These are still answered, and the one after them is not."""

    def wait(left: int) -> None:
        if left:
            carrier.meanwhile = lambda: wait(left - 1)
        else:
            carrier.fails_before = 1

    carrier.meanwhile = lambda: wait(len(answered))


# --- After the link -------------------------------------------------------------------


def test_link_made_in_the_chat_offers_the_waiting_gift(helpdesk: Helpdesk, code: str):
    tracker = turn(
        "emi",
        subscription="emi.1",
        number_last4="7701",
        link_confirmed="yes",
        waiting_gift=code,
    )

    assert run(ActionFinishUserLink(helpdesk), tracker) == (
        [*forgotten("user_link_form"), FollowupAction("action_begin_gift_answer")],
        [utter("utter_end_user_linked", number_last4="7701")],
    )


def test_link_made_on_the_page_offers_the_waiting_gift(helpdesk: Helpdesk, code: str):
    link(helpdesk, "emi", "emi.1", [LinkRole.END_USER])

    assert run(ActionTellEndUserLinked(helpdesk), turn("emi", waiting_gift=code)) == (
        [FollowupAction("action_begin_gift_answer")],
        [utter("utter_end_user_linked", number_last4="7701")],
    )
