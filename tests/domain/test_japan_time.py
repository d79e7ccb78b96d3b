"""Japan time and UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from helpdesk.domain.japan_time import JAPAN, NaiveMoment, in_japan, japan_day


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param(
            "2026-11-24T14:59:59+00:00", date(2026, 11, 24), id="a second before"
        ),
        pytest.param("2026-11-24T15:00:00+00:00", date(2026, 11, 25), id="midnight"),
        pytest.param(
            "2026-11-24T15:00:01+00:00", date(2026, 11, 25), id="a second after"
        ),
        pytest.param("2026-11-30T15:00:00+00:00", date(2026, 12, 1), id="month end"),
        pytest.param("2026-12-31T15:00:00+00:00", date(2027, 1, 1), id="year end"),
        pytest.param(
            "2028-02-28T15:00:00+00:00", date(2028, 2, 29), id="leap day begins"
        ),
        pytest.param("2028-02-29T15:00:00+00:00", date(2028, 3, 1), id="leap day ends"),
        pytest.param(
            "2026-11-24T23:59:59+09:00", date(2026, 11, 24), id="given in Japan"
        ),
        pytest.param(
            "2026-11-24T05:00:00-10:00", date(2026, 11, 25), id="given in Hawaii"
        ),
    ],
)
def test_japan_day_changes_at_fifteen_hours_utc(moment: str, day: date):
    result = japan_day(datetime.fromisoformat(moment))

    assert result == day


def test_in_japan_shows_the_same_moment_nine_hours_later():
    moment = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

    result = in_japan(moment)

    assert (result, result.tzinfo, result.hour) == (moment, JAPAN, 11)


@pytest.mark.parametrize("function", [in_japan, japan_day])
def test_japan_time_refuses_naive_moments(function: Callable[[datetime], object]):
    with pytest.raises(NaiveMoment):
        function(datetime.fromisoformat("2026-11-24T11:00"))
