"""The catalog of the operators' desk: data/catalog/desk.yml and canned_answers.yml."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from helpdesk.domain.staff import Status
from helpdesk.storage.strict import Strict


class Queue(Strict):
    """Who may ask, how many at once, in which order; times in their named unit."""

    operators_for: Literal["everyone", "linked"]
    assignment: Literal["automatic", "by_hand"]
    talks_per_operator: int = Field(ge=1)
    waiting_per_operator: int = Field(ge=1)
    live: int = Field(ge=1)
    messages: int = Field(ge=1)
    question_patience_minutes: int = Field(ge=1)
    handling_minutes: int = Field(ge=1)
    served: int = Field(ge=3)
    tell_again_seconds: int = Field(ge=1)
    take_within_seconds: int = Field(ge=1)
    alert_minutes: int = Field(ge=1)
    warn_idle_minutes: int = Field(ge=1)
    close_idle_minutes: int = Field(ge=2)

    @model_validator(mode="after")
    def _warns_first(self) -> Queue:
        if self.warn_idle_minutes >= self.close_idle_minutes:
            raise ValueError("warn_idle_minutes must be less than close_idle_minutes")
        return self


class DeskWords(Strict):
    """What the desk says to customers by itself."""

    soon: str
    about: str
    place: str
    place_soon: str
    joined: str
    passed: str
    released: str
    warn_idle: str
    closed_idle: str
    desk_closed: str
    link_page: str
    news: dict[str, str]


class NgWords(Strict):
    operator: list[str]
    customer: list[str]


class SurveyRule(Strict):
    """What each score means, in the order in which they are offered."""

    scores: dict[int, str] = Field(min_length=2)
    write: str
    pause_days: int = Field(ge=0)


class ConsoleTexts(Strict):
    """How the console names things, and why it has not done something."""

    statuses: dict[Status, str]
    channels: dict[str, str]
    authors: dict[str, str]
    failures: dict[str, str]
    requests: dict[str, str]
    eligible: str
    eligible_from: str
    no_date: str
    end_user_is_holder: str
    end_user_is_other: str
    refused: dict[str, str]


class DeskCatalog(Strict):
    """How the desk works, and its words."""

    queue: Queue
    troubles: list[str]
    says: DeskWords
    reasons: dict[str, str]
    labels: list[str]
    ng_words: NgWords
    console: ConsoleTexts
    survey: SurveyRule


class CannedAnswer(Strict):
    """A ready answer; {name} and {hours} are filled in."""

    title: str
    text: str
