"""Reading the catalog: what is wrong is named by file, key and reason."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import jpholiday
import pytest
import yaml

from helpdesk.domain.attempt_limits import AttemptLimit
from helpdesk.domain.business_hours import BusinessHours, OpenSpan
from helpdesk.domain.choosing import ChoiceWords
from helpdesk.domain.wording import DayFormat
from helpdesk.settings import ROOT
from helpdesk.storage.catalog import BadCatalog, Catalog, Hours
from tests.fakes import japan

GONE = object()
DAYS = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
Change = Callable[[str, str, object], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the product's own catalog."""
    return Path(shutil.copytree(ROOT / "data" / "catalog", tmp_path / "catalog"))


@pytest.fixture
def change(folder: Path) -> Change:
    """Sets the value at a dotted key of a file, or removes it."""

    def write(file: str, key: str, value: object) -> None:
        path = folder / file
        content = yaml.safe_load(path.read_text("utf-8"))
        *parents, last = [
            int(part) if part.isdigit() else part for part in key.split(".")
        ]
        place: Any = content
        for part in parents:
            place = place[part]
        if value is GONE:
            del place[last]
        else:
            place[last] = value
        path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")

    return write


def problems(folder: Path) -> list[str]:
    with pytest.raises(BadCatalog) as bad:
        Catalog.read(folder)
    return str(bad.value).splitlines()


def test_product_catalog_is_read(folder: Path):
    catalog = Catalog.read(folder)

    assert (catalog.brand.name, catalog.brand.carrier) == (
        "いつでもヘルプ",
        "LINEモバイル",
    )


@pytest.mark.parametrize(
    ("file", "key", "value", "problem"),
    [
        pytest.param(
            "brand.yml",
            "carrier",
            GONE,
            "brand.yml: carrier: Field required",
            id="missing key",
        ),
        pytest.param(
            "brand.yml",
            "shop",
            "店舗",
            "brand.yml: shop: Extra inputs are not permitted",
            id="unknown key",
        ),
        pytest.param(
            "brand.yml",
            "name",
            1,
            "brand.yml: name: Input should be a valid string",
            id="a number for a name",
        ),
        pytest.param(
            "business_hours.yml",
            "weekly.monday.0",
            {"opens": "19:00", "closes": "10:00"},
            "business_hours.yml: weekly.monday.0:"
            " Value error, opens must be before closes",
            id="closes before it opens",
        ),
        pytest.param(
            "business_hours.yml",
            "weekly.monday.0",
            {"opens": "10:00", "closes": "10:00"},
            "business_hours.yml: weekly.monday.0:"
            " Value error, opens must be before closes",
            id="closes as it opens",
        ),
        pytest.param(
            "business_hours.yml",
            "weekly.sunday",
            GONE,
            "business_hours.yml: weekly.sunday: Field required",
            id="a day is missing",
        ),
        pytest.param(
            "policies.yml",
            "reissue.daily_limit",
            0,
            "policies.yml: reissue.daily_limit:"
            " Input should be greater than or equal to 1",
            id="no reissue at all",
        ),
        pytest.param(
            "policies.yml",
            "failed_tries.tries",
            "five",
            "policies.yml: failed_tries.tries: Input should be a valid integer,"
            " unable to parse string as an integer",
            id="a word for a number",
        ),
        pytest.param(
            "wording.yml",
            "weekdays",
            "月火水木金土",
            "wording.yml: weekdays: String should have at least 7 characters",
            id="six weekdays",
        ),
        pytest.param(
            "wording.yml",
            "password_words",
            [],
            "wording.yml: password_words:"
            " List should have at least 1 item after validation, not 0",
            id="no password words",
        ),
        pytest.param(
            "wording.yml",
            "roles.owner",
            "所有者",
            "wording.yml: roles.owner.[key]: Input should be 'holder' or 'end_user'",
            id="unknown role",
        ),
        pytest.param(
            "errors.yml",
            "invalid_user_code.said",
            [],
            "errors.yml: invalid_user_code.said:"
            " List should have at least 1 item after validation, not 0",
            id="an error nobody reports",
        ),
        pytest.param(
            "sample_world.yml",
            "people.eita.subscriptions.0.code",
            "2468135790246813",
            "sample_world.yml: people.eita.subscriptions.0.code:"
            r" String should match pattern '^\d{17}$'",
            id="F-CODE-01: a code of sixteen digits",
        ),
        pytest.param(
            "sample_world.yml",
            "people.eita.subscriptions.0.code",
            24681357902468131,
            "sample_world.yml: people.eita.subscriptions.0.code:"
            " Input should be a valid string",
            id="a code as a number",
        ),
        pytest.param(
            "sample_world.yml",
            "people.yuki.subscriptions.0.links.yuki.0",
            "owner",
            "sample_world.yml: people.yuki.subscriptions.0.links.yuki.0:"
            " Input should be 'holder' or 'end_user'",
            id="a link in no role",
        ),
        pytest.param(
            "sample_world.yml",
            "operators.op1.status",
            "asleep",
            "sample_world.yml: operators.op1.status:"
            " Input should be 'available', 'away' or 'off'",
            id="unknown status",
        ),
        pytest.param(
            "business_hours.yml",
            "public_holidays",
            GONE,
            "business_hours.yml: public_holidays: Field required",
            id="nothing said of holidays",
        ),
        pytest.param(
            "desk.yml",
            "queue.assignment",
            "by lot",
            "desk.yml: queue.assignment: Input should be 'automatic' or 'by_hand'",
            id="unknown assignment",
        ),
        pytest.param(
            "desk.yml",
            "queue.messages",
            0,
            "desk.yml: queue.messages: Input should be greater than or equal to 1",
            id="messages never have their turn",
        ),
        pytest.param(
            "desk.yml",
            "queue.warn_idle_minutes",
            15,
            "desk.yml: queue: Value error,"
            " warn_idle_minutes must be less than close_idle_minutes",
            id="a warning as the talk closes",
        ),
        pytest.param(
            "vocabulary.yml",
            "order_place.web",
            "Web",
            "vocabulary.yml: order_place.web: Input should be a valid list",
            id="a word for a list",
        ),
    ],
)
def test_wrong_value_is_named_by_file_key_and_reason(
    folder: Path, change: Change, file: str, key: str, value: object, problem: str
):
    change(file, key, value)

    assert problems(folder) == [problem]


def test_choice_words_are_those_of_the_file(folder: Path, change: Change):
    lists = {
        "places": [["ichi"], ["ni"]],
        "last": ["saigo"],
        "smallest": ["min"],
        "largest": ["max"],
        "none": ["no"],
        "units": ["gb"],
    }
    change("wording.yml", "choice_words", lists)

    words = Catalog.read(folder).wording.as_choice_words()

    assert words == ChoiceWords(**lists)


def test_starter_without_a_label_is_named(folder: Path, change: Change):
    change("wishes.yml", "starters", ["ask_about_linking", "fly"])

    (problem,) = problems(folder)

    assert problem.startswith("wishes.yml: ")
    assert problem.endswith("starters without a label: fly")


def test_every_wrong_value_is_named(folder: Path, change: Change):
    change("brand.yml", "name", GONE)
    change("policies.yml", "reissue.daily_limit", -1)
    change("wording.yml", "day", GONE)

    assert problems(folder) == [
        "brand.yml: name: Field required",
        "policies.yml: reissue.daily_limit: Input should be greater than or equal to 1",
        "wording.yml: day: Field required",
    ]


@pytest.mark.parametrize("file", sorted(Catalog.model_fields))
def test_missing_file_is_named(folder: Path, file: str):
    (folder / f"{file}.yml").unlink()

    assert problems(folder) == [f"{file}.yml: the file is missing"]


def test_missing_folder_names_every_file(tmp_path: Path):
    assert problems(tmp_path / "nowhere") == [
        f"{file}.yml: the file is missing" for file in Catalog.model_fields
    ]


def test_file_that_is_not_yaml_is_named_with_the_place(folder: Path):
    (folder / "brand.yml").write_text("name: [いつでも", "utf-8")

    (problem,) = problems(folder)

    assert problem.startswith("brand.yml: not YAML: while parsing a flow sequence")
    assert "line 1, column" in problem


def test_empty_file_is_named(folder: Path):
    (folder / "brand.yml").write_text("", "utf-8")

    (problem,) = problems(folder)

    assert problem.startswith("brand.yml: ")


def test_file_in_another_encoding_is_named(folder: Path):
    """Windows editors in Japan save Shift JIS."""
    (folder / "brand.yml").write_bytes("name: いつでもヘルプ".encode("shift_jis"))

    (problem,) = problems(folder)

    assert problem.startswith("brand.yml: ")


def test_hours_without_quotes_are_refused_not_misread(folder: Path):
    """YAML 1.1 reads 10:00 without quotes as 600, and 600 seconds are ten past midnight."""
    path = folder / "business_hours.yml"
    path.write_text(path.read_text("utf-8").replace('"', ""), "utf-8")

    named = problems(folder)

    assert [line.startswith("business_hours.yml: weekly.") for line in named] == [
        True
    ] * 14


def test_hours_become_spans_by_weekday():
    span = {"opens": "10:00", "closes": "12:30"}
    hours = Hours.model_validate(
        {
            "weekly": {day: [] for day in DAYS} | {"sunday": [span]},
            "public_holidays": [],
            "exceptional_days": {"2027-01-01": [], "2027-01-02": [span]},
            "shown": "10:00~12:30",
        }
    )

    result = hours.as_business_hours()

    open_span = OpenSpan(time(10), time(12, 30))
    assert result == BusinessHours(
        {**{day: [] for day in range(6)}, 6: [open_span]},
        {date(2027, 1, 1): [], date(2027, 1, 2): [open_span]},
        [],
        jpholiday.is_holiday,
    )


def hours(
    public_holidays: object, exceptional_days: dict[str, object] | None = None
) -> BusinessHours:
    """From ten to seven, and these on holidays and exceptional days."""
    every_day = {day: [{"opens": "10:00", "closes": "19:00"}] for day in DAYS}
    return Hours.model_validate(
        {
            "weekly": every_day,
            "public_holidays": public_holidays,
            "exceptional_days": exceptional_days or {},
            "shown": "10:00~19:00",
        }
    ).as_business_hours()


# In 2026 the constitution's day is a Sunday, so that the Wednesday after the next two
# holidays is one instead; in September a day between two holidays is one as well.
HOLIDAYS = [
    pytest.param(date(2026, 5, 3), id="憲法記念日, a Sunday"),
    pytest.param(date(2026, 5, 6), id="its substitute, a Wednesday"),
    pytest.param(date(2026, 9, 21), id="敬老の日"),
    pytest.param(date(2026, 9, 22), id="国民の休日"),
    pytest.param(date(2026, 9, 23), id="秋分の日"),
    pytest.param(date(2027, 1, 1), id="元日"),
    pytest.param(date(2027, 3, 22), id="substitute of 春分の日"),
]
WORKDAYS = [
    pytest.param(date(2026, 5, 2), id="a Saturday before holidays"),
    pytest.param(date(2026, 5, 7), id="the day after a substitute"),
    pytest.param(date(2026, 9, 24), id="the day after holidays"),
    pytest.param(date(2026, 12, 31), id="New Year's Eve is none by law"),
    pytest.param(date(2027, 1, 2), id="the second of January is none by law"),
]


@pytest.mark.parametrize("day", HOLIDAYS)
def test_desk_is_closed_on_public_holidays(day: date):
    at_noon = japan(day.year, day.month, day.day, 12)

    assert (
        hours([]).is_open(at_noon),
        hours("as_usual").is_open(at_noon),
    ) == (False, True)


@pytest.mark.parametrize("day", WORKDAYS)
def test_desk_is_open_beside_public_holidays(day: date):
    assert hours([]).is_open(japan(day.year, day.month, day.day, 12))


@pytest.mark.parametrize("day", HOLIDAYS)
def test_public_holidays_have_their_own_hours(day: date):
    short = hours([{"opens": "11:00", "closes": "15:00"}])

    spans = short.spans_on(day)

    assert spans == [OpenSpan(time(11), time(15))]


def test_desk_opens_after_a_row_of_holidays():
    """From the third to the sixth of May 2026 all are holidays."""
    opening = hours([]).next_opening(japan(2026, 5, 2, 19))

    assert opening == japan(2026, 5, 7, 10)


@pytest.mark.parametrize(
    ("exception", "spans"),
    [
        pytest.param([], [], id="closed"),
        pytest.param(
            [{"opens": "12:00", "closes": "13:00"}],
            [OpenSpan(time(12), time(13))],
            id="an hour",
        ),
    ],
)
@pytest.mark.parametrize(
    "public_holidays",
    ["as_usual", [], [{"opens": "11:00", "closes": "15:00"}]],
    ids=["as usual", "closed", "short"],
)
def test_exceptional_day_wins_over_a_public_holiday(
    public_holidays: object, exception: object, spans: list[OpenSpan]
):
    result = hours(public_holidays, {"2026-05-06": exception})

    assert result.spans_on(date(2026, 5, 6)) == spans


def test_policies_and_wording_become_the_domain_s_own(folder: Path):
    catalog = Catalog.read(folder)

    assert (
        catalog.policies.failed_tries.as_limit(),
        catalog.wording.as_day_format(),
    ) == (
        AttemptLimit(5, timedelta(minutes=15), timedelta(minutes=15)),
        DayFormat("{month}月{day}日({weekday})", "{hour}:{minute}", "月火水木金土日"),
    )
