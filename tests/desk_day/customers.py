"""Customers of the day, each with a browser of their own."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.desk_day.day import CLOSES, OPENS, Day, Diary, Line, place_in

# Behind the first, something does not work: these come before questions.
TROUBLE = "利用コードが有効ではありませんと表示されます"
QUESTIONS = ["利用コードはどこで確認できますか", "連携って何ですか", TROUBLE]
_PATIENCE_SECONDS = 120.0
JOINED, CLOSED_FOR_TODAY = "が承ります", "本日の受付時間が終わりました"


class Customer:
    """Says things, and reads what is said by server-sent events."""

    def __init__(self, http: httpx.AsyncClient, day: Day, diary: Diary) -> None:
        self._http = http
        self._day = day
        self.diary = diary
        self._news = asyncio.Event()

    @property
    def last(self) -> int:
        return self.diary.lines[-1].id if self.diary.lines else 0

    async def begin(self) -> None:
        answer = await self._http.post("/chat/session", json={})
        self.diary.customer = answer.json()["customer"]

    async def read(self) -> None:
        """Until cancelled; a stream that breaks is taken up where it ended."""
        while True:
            try:
                async with self._http.stream(
                    "GET", "/chat/events", params={"after": self.last}, timeout=None
                ) as events:
                    async for line in events.aiter_lines():
                        if line.startswith("data: {") and '"id"' in line:
                            self._note(json.loads(line.removeprefix("data: ")))
            except httpx.HTTPError:
                await asyncio.sleep(0.5)

    def _note(self, event: dict[str, Any]) -> None:
        buttons = tuple((each["label"], each["data"]) for each in event["buttons"])
        at = datetime.fromisoformat(event["at"])
        line = Line(event["id"], event["from"], event["text"], at, buttons)
        self.diary.lines.append(line)
        self._news.set()

    async def say(self, text: str) -> int:
        """The id of the last line heard before it."""
        last = self.last
        self.diary.sent.append(text)
        answer = await self._http.post("/chat/messages", json={"text": text})
        answer.raise_for_status()
        return last

    async def press(self, data: str) -> None:
        await self._http.post("/chat/messages", json={"data": data})

    async def wait_for(
        self, what: Callable[[Line], bool], after: int, minutes: float | None = None
    ) -> Line | None:
        """The first such line; None if it does not come in time."""
        seconds = (
            _PATIENCE_SECONDS if minutes is None else minutes * 60 / self._day.speed
        )
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self._news.clear()
                    for line in self.diary.lines:
                        if line.id > after and what(line):
                            return line
                    await self._news.wait()
        except TimeoutError:
            return None


async def live(
    http: httpx.AsyncClient, day: Day, diary: Diary, at: datetime, chance: random.Random
) -> None:
    """One customer's day."""
    await day.until(at)
    customer = Customer(http, day, diary)
    await customer.begin()
    reading = asyncio.create_task(customer.read())
    try:
        await _live(customer, day, chance)
    finally:
        # What is said last is still to be read.
        await asyncio.sleep(2)
        reading.cancel()


async def _live(customer: Customer, day: Day, chance: random.Random) -> None:
    diary = customer.diary
    after = await customer.say(chance.choice(QUESTIONS))
    if await customer.wait_for(_is_bot, after) is None:
        diary.problems.append("the bot did not answer the first question")
    if diary.plan == "bot":
        diary.outcome = "bot"
        await customer.say("ありがとう")
        return
    # A procedure that began with the question waits while a person is asked for.
    await asyncio.sleep(1)
    after = await customer.say("オペレーター")
    diary.requested_at = day.now()
    answer = await customer.wait_for(_is_answer_to_request, after)
    if answer is None:
        diary.problems.append("no answer to オペレーター")
        return
    if _asks_for_message(answer):
        is_full = diary.heard("混み合って", after) is not None
        await _leave_message(customer, day, is_full=is_full)
        return
    # An operator may be quicker than the bot, whose answer is dropped then.
    diary.is_queued = True
    diary.place, diary.minutes = place_in(answer.text) or (None, None)
    if _is_joined(answer):
        joined: Line | None = answer
    elif diary.plan == "leaves":
        joined = await customer.wait_for(_is_joined, after, chance.uniform(0.5, 4))
        if joined is None:
            diary.outcome = "left"
            await customer.say("やめる")
            return
    else:
        joined = await customer.wait_for(_is_person_or_end, after, 9 * 60)
    if joined is None:
        diary.problems.append("nobody came")
    elif CLOSED_FOR_TODAY in joined.text:
        diary.outcome = "desk_closed"
    else:
        diary.taken_at = joined.at
        await _talk(customer, day, joined, chance)


async def _leave_message(customer: Customer, day: Day, *, is_full: bool) -> None:
    diary = customer.diary
    diary.outcome = "message"
    within = OPENS + timedelta(minutes=2) < day.now() < CLOSES - timedelta(minutes=2)
    if within and not is_full:
        diary.problems.append("not admitted within hours")
    after = await customer.say(f"伝言です。折り返しをお願いします。{diary.plan}")
    # An operator may be quicker than the bot with its thanks.
    kept = await customer.wait_for(
        lambda line: "伝言をお預かりしました" in line.text or _is_joined(line), after
    )
    if kept is None:
        diary.problems.append("the message was not taken")


async def _talk(
    customer: Customer, day: Day, joined: Line, chance: random.Random
) -> None:
    """Ask a few things of the operator, and end the talk in one of two ways."""
    diary = customer.diary
    for number in range(chance.randint(1, 4)):
        await day.pass_minutes(chance.uniform(0.3, 1.5))
        tag = f"{diary.customer[-4:]}-{number}"
        after = await customer.say(f"質問{tag}です")
        answer = await customer.wait_for(
            lambda line, tag=tag: line.author == "operator" and tag in line.text, after
        )
        if answer is None:
            diary.problems.append(f"no answer to {tag}")
    after = customer.last
    ending = (
        "有人対応を終了"
        if chance.random() < 0.2
        else "以上です、ありがとうございました"
    )
    await customer.say(ending)
    over = await customer.wait_for(_is_bot, after)
    if over is None:
        diary.problems.append("the talk was not ended")
        return
    diary.outcome = "served"
    await _judge(customer, after, chance)
    after = await customer.say("こんにちは")
    if await customer.wait_for(_is_bot, after) is None:
        diary.problems.append("the bot is silent after the talk")


async def _judge(customer: Customer, after: int, chance: random.Random) -> None:
    """Press one of the survey's five buttons, or none."""
    asked = await customer.wait_for(_is_survey, after)
    if asked is None:
        customer.diary.problems.append("no survey")
    elif chance.random() < 0.7:
        score = chance.choice([3, 4, 4, 5, 5])
        data = next(
            data for label, data in asked.buttons if label.startswith(str(score))
        )
        await customer.press(data)
        if await customer.wait_for(_is_bot, asked.id) is None:
            customer.diary.problems.append("no thanks for the survey")
        customer.diary.score = score


def _is_bot(line: Line) -> bool:
    return line.author == "bot"


def _asks_for_message(line: Line) -> bool:
    return _is_bot(line) and "1つのメッセージにまとめて" in line.text


def _is_answer_to_request(line: Line) -> bool:
    has_place = _is_bot(line) and place_in(line.text) is not None
    return has_place or _asks_for_message(line) or _is_joined(line)


def _is_joined(line: Line) -> bool:
    return line.author == "system" and JOINED in line.text


def _is_person_or_end(line: Line) -> bool:
    return _is_joined(line) or CLOSED_FOR_TODAY in line.text


def _is_survey(line: Line) -> bool:
    return line.author == "bot" and len(line.buttons) >= 5
