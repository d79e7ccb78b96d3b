"""The catalog: facts and wording in data/catalog, checked when the product starts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import jpholiday
import yaml
from pydantic import Field, ValidationError, model_validator

from helpdesk.domain.attempt_limits import AttemptLimit
from helpdesk.domain.business_hours import BusinessHours, OpenSpan
from helpdesk.domain.choosing import ChoiceWords
from helpdesk.domain.eligibility import Order, OrderPlace
from helpdesk.domain.linking import LinkRole
from helpdesk.domain.plans import Network
from helpdesk.domain.privacy import SecretKind
from helpdesk.domain.staff import Role, Status
from helpdesk.domain.volume_words import VolumeWords
from helpdesk.domain.wording import DayFormat
from helpdesk.storage.card_catalog import CardWords
from helpdesk.storage.desk_catalog import CannedAnswer, DeskCatalog
from helpdesk.storage.line_catalog import Line
from helpdesk.storage.notice_catalog import NoticeCatalog
from helpdesk.storage.page_catalog import MyPageWords
from helpdesk.storage.plan_catalog import PlanCatalog
from helpdesk.storage.report_catalog import ReportCatalog
from helpdesk.storage.strict import QuotedTime, Strict


class BadCatalog(ValueError):
    """A catalog file is missing or wrong: file, key and reason, a line for each."""


class Brand(Strict):
    """Names, and the contact text that is shown as it stands."""

    name: str
    carrier: str
    contact: str


class Span(Strict):
    """Half-open: opens inclusive, closes exclusive; Japan time."""

    opens: QuotedTime
    closes: QuotedTime

    @model_validator(mode="after")
    def _opens_first(self) -> Span:
        if self.opens >= self.closes:
            raise ValueError("opens must be before closes")
        return self

    def as_open_span(self) -> OpenSpan:
        return OpenSpan(self.opens, self.closes)


class Week(Strict):
    monday: list[Span]
    tuesday: list[Span]
    wednesday: list[Span]
    thursday: list[Span]
    friday: list[Span]
    saturday: list[Span]
    sunday: list[Span]


class Hours(Strict):
    """The weekly pattern and the days that differ from it."""

    weekly: Week
    public_holidays: Literal["as_usual"] | list[Span]
    exceptional_days: dict[date, list[Span]]
    shown: str

    def as_business_hours(self) -> BusinessHours:
        days = self.weekly.model_dump().keys()
        weekly = {
            number: [span.as_open_span() for span in getattr(self.weekly, day)]
            for number, day in enumerate(days)
        }
        exceptions = {
            day: [span.as_open_span() for span in spans]
            for day, spans in self.exceptional_days.items()
        }
        holidays = None
        if self.public_holidays != "as_usual":
            holidays = [span.as_open_span() for span in self.public_holidays]
        return BusinessHours(weekly, exceptions, holidays, jpholiday.is_holiday)


class ReissueRule(Strict):
    daily_limit: int = Field(ge=1)


class FailedTriesRule(Strict):
    tries: int = Field(ge=1)
    window_minutes: int = Field(ge=1)
    lock_minutes: int = Field(ge=1)

    def as_limit(self) -> AttemptLimit:
        return AttemptLimit(
            self.tries,
            timedelta(minutes=self.window_minutes),
            timedelta(minutes=self.lock_minutes),
        )


class Policies(Strict):
    """What the facts leave open and we decided."""

    reissue: ReissueRule
    failed_tries: FailedTriesRule
    offer_person_after_failures: int = Field(ge=1)
    button_days: int = Field(ge=1)
    late_minutes: int = Field(ge=1)


class OrderWords(Strict):
    """How an order is named to customers."""

    web_new: str
    web_mnp: str
    shop: str

    def of(self, order: Order) -> str:
        if order.place is OrderPlace.SHOP:
            return self.shop
        return self.web_mnp if order.keeps_number else self.web_new


class PageWords(Strict):
    title: str
    sentence: str
    next: str


class VolumeNames(Strict):
    """Words for units of data, and for all that there is."""

    gigabytes: list[str] = Field(min_length=1)
    megabytes: list[str] = Field(min_length=1)
    everything: list[str]


class ChoiceWordLists(Strict):
    """Words for one of several; `places` for the first, the second and so on."""

    places: list[list[str]]
    last: list[str]
    smallest: list[str]
    largest: list[str]
    none: list[str]
    units: list[str]


class GiftWords(Strict):
    """What is not said by a response: lines, buttons, typed answers, the receipt."""

    line: str
    hours_left: str
    minutes_left: str
    withdraw: str
    withdraw_named: str
    another: str
    trouble: str
    answers: dict[str, list[str]]
    card_title: str
    received: str
    total: str
    month_end: str
    card_note: str


class Wording(Strict):
    """Formats, the sentences that are said without Rasa, and words to look for."""

    day: str
    time: str
    weekdays: str = Field(min_length=7, max_length=7)
    list_separator: str
    delayed: str
    late: str
    too_long: str
    unreadable: str
    unknown_button: str
    session_needed: str
    unavailable: str
    wrong_login: str
    login_locked: str
    missing_login: str
    code_wrong_length: str
    code_has_letters: str
    code_unknown: str
    code_revoked: str
    masked: dict[SecretKind, str]
    password_words: list[str] = Field(min_length=1)
    volume_words: VolumeNames
    choice_words: ChoiceWordLists
    gifts: GiftWords
    some_end_user: str
    link_name: str
    link_line: str
    subscription_name: str
    roles: dict[LinkRole, str]
    no_reissue_left: str
    unlinked: str
    order: OrderWords
    not_found: PageWords
    failed: PageWords
    form_expired: PageWords

    def as_day_format(self) -> DayFormat:
        return DayFormat(self.day, self.time, self.weekdays)

    def as_volume_words(self) -> VolumeWords:
        return VolumeWords(**self.volume_words.model_dump())

    def as_choice_words(self) -> ChoiceWords:
        return ChoiceWords(**self.choice_words.model_dump())


class AskedBack(Strict):
    """Buttons beside the wishes when the bot asks back."""

    confirm: str
    none_of_these: str


class Wishes(Strict):
    """The label of each wish, and those offered on an empty conversation."""

    labels: dict[str, str]
    starters: list[str]
    asked: AskedBack

    @model_validator(mode="after")
    def _starters_have_labels(self) -> Wishes:
        missing = [wish for wish in self.starters if wish not in self.labels]
        if missing:
            raise ValueError(f"starters without a label: {', '.join(missing)}")
        return self


class KnownError(Strict):
    """A screen text or symptom, in the ways it is said, and the wish behind it."""

    wish: str
    said: list[str] = Field(min_length=1)


class SampleData(Strict):
    """What is left this month, in MB."""

    carried: int = Field(0, ge=0)
    gifted: int = Field(0, ge=0)
    basic: int = Field(ge=0)
    bought: int = Field(0, ge=0)


class SampleSubscription(Strict):
    """Notices, `activated` and `started` in days from today.

    `used`: MB of this month; `calls`: yen of the months before, the last one first.
    """

    number_last4: str = Field(pattern=r"^\d{4}$")
    login: str
    password: str
    code: str = Field(pattern=r"^\d{17}$")
    old_code: str | None = Field(None, pattern=r"^\d{17}$")
    end_user_is_holder: bool
    place: Literal["web", "shop"]
    keeps_number: bool
    shipping_notice: int | None = None
    service_start_notice: int | None = None
    activated: int | None = None
    links: dict[str, list[LinkRole]] = Field(default_factory=dict)
    network: Network = Network.DOCOMO
    plan: str
    option: str | None = None
    started: int | None = None
    data: SampleData
    used: int = Field(0, ge=0)
    calls: list[int] = Field(default_factory=list)
    payment_failed: bool = False


class SamplePerson(Strict):
    subscriptions: list[SampleSubscription] = Field(default_factory=list)


class SampleOperator(Strict):
    name: str
    password: str
    role: Role
    status: Status


class SampleWorld(Strict):
    people: dict[str, SamplePerson]
    operators: dict[str, SampleOperator]


class Catalog(Strict):
    """All of data/catalog."""

    brand: Brand
    business_hours: Hours
    policies: Policies
    wording: Wording
    wishes: Wishes
    errors: dict[str, KnownError]
    line: Line
    desk: DeskCatalog
    cards: CardWords
    canned_answers: dict[str, CannedAnswer]
    reports: ReportCatalog
    plans: PlanCatalog
    notices: NoticeCatalog
    my_page: MyPageWords
    sample_world: SampleWorld
    # Entity, value, words: read by the NLU; here it is only checked.
    vocabulary: dict[str, dict[str, list[str]]]

    @classmethod
    def read(cls, folder: Path) -> Catalog:
        """Raises BadCatalog, naming file, key and reason of everything wrong."""
        content, problems = {}, []
        for name in cls.model_fields:
            try:
                # The loader in C reads ten times as fast, and as safely.
                content[name] = yaml.load(
                    (folder / f"{name}.yml").read_text("utf-8"), yaml.CSafeLoader
                )
            except FileNotFoundError:
                problems.append(f"{name}.yml: the file is missing")
            except (yaml.YAMLError, UnicodeDecodeError) as error:
                problems.append(f"{name}.yml: not YAML: {' '.join(str(error).split())}")
        if not problems:
            try:
                return cls(**content)
            except ValidationError as error:
                problems = [
                    _problem(each["loc"], each["msg"]) for each in error.errors()
                ]
        raise BadCatalog("\n".join(problems))


def _problem(place: tuple[int | str, ...], reason: str) -> str:
    file, *keys = map(str, place)
    return ": ".join(part for part in (f"{file}.yml", ".".join(keys), reason) if part)
