"""Operators of the day: each logs in, takes what is assigned, answers, and goes to lunch."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from bs4 import BeautifulSoup

from tests.desk_day.day import CLOSES, OPENS, Day

_LOOK_SECONDS = 0.7
_TAG = re.compile(r"質問(\S+?)です")
_THANKS = "ありがとうございました"


@dataclass
class Shift:
    """What one operator has done."""

    operator: str
    taken: int = 0
    called_back: int = 0
    passed: int = 0
    returned: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


class Operator:
    """A browser at the console, without eyes: it reads the JSON."""

    def __init__(
        self, http: httpx.AsyncClient, day: Day, shift: Shift, chance: random.Random
    ) -> None:
        self._http = http
        self._day = day
        self.shift = shift
        self._chance = chance
        self._csrf = ""
        self._answered: set[int] = set()
        self._status = "available"
        self.think_minutes = 0.0

    async def log_in(self, password: str) -> None:
        page = await self._http.get("/login")
        fields = {"csrf": _csrf(page.text), "operator_id": self.shift.operator}
        fields |= {"password": password}
        answer = await self._http.post("/login", data=fields, follow_redirects=True)
        self._csrf = _csrf(answer.text)

    async def work(self, password: str, lunch: datetime) -> None:
        """From opening until nothing is left to do after closing."""
        # Not earlier: a login ends by itself after an hour without use.
        await self._day.until(OPENS)
        await self.log_in(password)
        while self._day.now() < CLOSES + timedelta(minutes=30):
            await asyncio.sleep(_LOOK_SECONDS * self._chance.uniform(0.7, 1.3))
            desk = (await self._http.get("/api/desk")).json()
            mine = [
                each
                for each in desk["talks"]
                if each["operator"] == self.shift.operator
            ]
            for talk in mine:
                await self._answer(talk, desk)
            if not mine:
                await self._go_or_come(lunch)
            for request in desk["waiting"]:
                if request["assigned_to"] == self.shift.operator:
                    await self._take(request)
                elif request["assigned_to"] is None and len(mine) < 2:
                    # Nobody took it in time: it is everybody's.
                    await self._take(request)
                    break

    async def _take(self, request: dict[str, Any]) -> None:
        if await self._do(request["customer"], "claim"):
            self.shift.taken += 1
            if request["kind"] == "message":
                self.shift.called_back += 1
                words = "ご伝言を確認しました。こちらから回答します。"
                await self._do(request["customer"], "say", text=words)
                await self._do(request["customer"], "resolve")

    async def _answer(self, talk: dict[str, Any], desk: dict[str, Any]) -> None:
        customer = talk["customer"]
        lines = (await self._http.get(f"/api/talks/{customer}")).json()["lines"]
        for line in lines:
            if line["author"] != "customer" or line["id"] in self._answered:
                continue
            written_at = datetime.fromisoformat(line["at"])
            if self._day.now() - written_at < timedelta(minutes=self.think_minutes):
                continue
            found = _TAG.search(line["text"])
            if found is not None:
                if self._is_answered(lines, found.group(1)):
                    self._answered.add(line["id"])
                    continue
                if self._chance.random() < 0.04:
                    await self._hand_on(customer, desk)
                    return
                text = f"{found.group(1)}への回答です。"
                if await self._do(customer, "say", text=text, quotes=str(line["id"])):
                    self._answered.add(line["id"])
            elif _THANKS in line["text"]:
                self._answered.add(line["id"])
                await self._do(customer, "resolve")

    @staticmethod
    def _is_answered(lines: list[dict[str, Any]], tag: str) -> bool:
        return any(
            each["author"] == "operator" and f"{tag}への" in each["text"]
            for each in lines
        )

    async def _hand_on(self, customer: str, desk: dict[str, Any]) -> None:
        colleagues = [
            each["id"]
            for each in desk["operators"]
            if each["status"] == "available" and each["id"] != self.shift.operator
        ]
        if self._chance.random() < 0.5 and colleagues:
            to = self._chance.choice(colleagues)
            self.shift.passed += await self._do(customer, "pass", to=to)
        else:
            self.shift.returned += await self._do(customer, "release")

    async def _go_or_come(self, lunch: datetime) -> None:
        now = self._day.now()
        is_lunch = lunch <= now < lunch + timedelta(minutes=60)
        status = "away" if is_lunch else "available"
        if status != self._status:
            headers = {"x-csrf": self._csrf}
            await self._http.post("/status", data={"status": status}, headers=headers)
            self._status = status

    async def _do(self, customer: str, act: str, **fields: str) -> bool:
        """Whether it was done; a refusal is counted by its reason."""
        answer = await self._http.post(
            f"/talks/{customer}/{act}", data=fields, headers={"x-csrf": self._csrf}
        )
        if answer.status_code == 409:
            self.shift.refused[answer.json()["why"]] += 1
        elif not answer.is_success:
            self.shift.problems.append(f"{act}: {answer.status_code}")
        return answer.is_success


def _csrf(page: str) -> str:
    found = BeautifulSoup(page, "html.parser").select_one("input[name=csrf]")
    return str(found["value"]) if found is not None else ""
