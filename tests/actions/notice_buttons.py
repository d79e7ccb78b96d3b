"""The buttons of the notices, as customers are offered them."""

from __future__ import annotations

import json

ON_DAY, WHEN_OPEN = "その日にお知らせを受け取る", "連携できる日に知らせる"


def button(title: str, **about: str) -> dict[str, str]:
    return {
        "title": title,
        "payload": f"/EXTERNAL_notice_chosen{json.dumps(about)}",
    }


def reminder(day: str | None = None, about: str | None = None) -> list[dict[str, str]]:
    """What is offered to who is told that it is too early."""
    known = {"remind_on": day, "remind_about": about}
    values = {key: value for key, value in known.items() if value is not None}
    title = WHEN_OPEN if day is None else ON_DAY
    return [button(title, notice="linking_open", is_on="on", **values)]


def stop(kind: str) -> list[dict[str, str]]:
    return [button("このお知らせを止める", notice=kind, is_on="off")]
