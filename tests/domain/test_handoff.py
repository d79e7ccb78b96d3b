"""Who speaks, and the moves between them."""

from __future__ import annotations

import pytest

from helpdesk.domain.handoff import HANDOFF_MOVES, HandoffMove, OperatorsAway, Speaker
from tests.fakes import japan


@pytest.mark.parametrize(
    ("move", "start", "end"),
    [
        pytest.param(HandoffMove.REQUEST, Speaker.BOT, Speaker.WAITING, id="request"),
        pytest.param(HandoffMove.LEAVE, Speaker.WAITING, Speaker.BOT, id="leave"),
        pytest.param(HandoffMove.CLAIM, Speaker.WAITING, Speaker.OPERATOR, id="claim"),
        pytest.param(
            HandoffMove.RELEASE, Speaker.OPERATOR, Speaker.WAITING, id="release"
        ),
        pytest.param(HandoffMove.RESOLVE, Speaker.OPERATOR, Speaker.BOT, id="resolve"),
        pytest.param(
            HandoffMove.CALL_BACK, Speaker.BOT, Speaker.OPERATOR, id="call back"
        ),
    ],
)
def test_move_passes_the_word_on(move: HandoffMove, start: Speaker, end: Speaker):
    """Design, section 4: bot, waiting, with_operator, bot."""
    assert HANDOFF_MOVES[move] == (start, end)


def test_every_move_is_known():
    assert set(HANDOFF_MOVES) == set(HandoffMove)


def test_operators_away_tells_when_the_desk_opens():
    away = OperatorsAway(japan(2026, 11, 25, 10))

    assert (away.opens_at, str(away)) == (
        japan(2026, 11, 25, 10),
        "the desk opens at 2026-11-25 10:00",
    )
