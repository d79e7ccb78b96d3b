"""The fake LINE platform: rich menus."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest
from PIL import Image

MENU: dict[str, Any] = {
    "size": {"width": 2500, "height": 843},
    "selected": True,
    "name": "none",
    "chatBarText": "メニュー",
    "areas": [
        {
            "bounds": {"x": 0, "y": 0, "width": 2500, "height": 843},
            "action": {
                "type": "postback",
                "label": "データ残量",
                "data": "menu=data",
                "displayText": "データ残量を見る",
            },
        }
    ],
}


def picture(width: int = 2500, height: int = 843, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, kind)
    return file.getvalue()


def create(bot: httpx.Client, menu: dict[str, Any] = MENU) -> str:
    return str(bot.post("/v2/bot/richmenu", json=menu).json()["richMenuId"])


def upload(
    bot: httpx.Client, menu_id: str, image: bytes, kind: str = "image/png"
) -> int:
    return bot.post(
        f"/v2/bot/richmenu/{menu_id}/content",
        content=image,
        headers={"content-type": kind},
    ).status_code


def ready(bot: httpx.Client) -> str:
    """A menu with its picture."""
    menu_id = create(bot)
    assert upload(bot, menu_id, picture()) == 200
    return menu_id


def test_menu_needs_its_picture_before_it_is_linked(line, bot, aiko):
    menu_id = create(bot)
    path = f"/v2/bot/user/{aiko}/richmenu/{menu_id}"

    assert bot.post(path).status_code == 400
    upload(bot, menu_id, picture())
    assert bot.post(path).status_code == 200
    assert line.menu_of(aiko).menu_id == menu_id
    assert bot.get(f"/v2/bot/user/{aiko}/richmenu").json() == {"richMenuId": menu_id}


@pytest.mark.parametrize(
    ("image", "kind", "status"),
    [
        (picture(), "image/png", 200),
        (picture(kind="JPEG"), "image/jpeg", 200),
        (picture(kind="JPEG"), "image/png", 400),
        (picture(2500, 844), "image/png", 400),
        (b"no picture", "image/png", 400),
        (picture() + bytes(1024 * 1024), "image/png", 413),
        (picture(), "image/gif", 415),
    ],
    ids=["png", "jpeg", "misnamed", "wrong size", "no image", "too large", "gif"],
)
def test_picture_is_checked(bot, image, kind, status):
    assert upload(bot, create(bot), image, kind) == status


def test_picture_cannot_be_replaced(bot):
    assert upload(bot, ready(bot), picture()) == 400


def test_own_menu_comes_before_the_default(line, bot, aiko):
    default, own = ready(bot), ready(bot)

    bot.post(f"/v2/bot/user/all/richmenu/{default}")
    bot.post("/v2/bot/richmenu/bulk/link", json={"richMenuId": own, "userIds": [aiko]})

    assert line.menu_of(aiko).menu_id == own
    bot.delete(f"/v2/bot/user/{aiko}/richmenu")
    assert line.menu_of(aiko).menu_id == default
    assert bot.get(f"/v2/bot/user/{aiko}/richmenu").status_code == 404
    bot.delete(f"/v2/bot/richmenu/{default}")
    assert line.menu_of(aiko) is None
    listed = bot.get("/v2/bot/richmenu/list").json()
    assert listed == {"richmenus": [{"richMenuId": own, **MENU}]}


def test_alias_points_to_a_menu(bot):
    one, other = ready(bot), ready(bot)
    path = "/v2/bot/richmenu/alias"
    alias = {"richMenuAliasId": "none", "richMenuId": one}

    assert bot.post(path, json=alias).status_code == 200
    assert bot.post(path, json=alias).status_code == 400
    assert bot.get(f"{path}/list").json() == {"aliases": [alias]}
    bot.post(f"{path}/none", json={"richMenuId": other})
    assert bot.get(f"{path}/none").json() == alias | {"richMenuId": other}
    bot.delete(f"{path}/none")
    assert bot.get(f"{path}/none").status_code == 404


def test_area_of_the_menu_can_be_tapped(line, webhook, bot, aiko):
    bot.post(f"/v2/bot/user/{aiko}/richmenu/{ready(bot)}")

    line.tap_menu(aiko, "データ残量")
    line.settle()

    assert webhook.last["postback"] == {"data": "menu=data"}
    assert [entry.text for entry in line.chat(aiko)] == ["データ残量を見る"]


def test_quick_replies_are_gone_after_the_next_message(line, webhook, bot, aiko):
    action = {"type": "postback", "label": "はい", "data": "yes", "displayText": "はい"}
    message = {
        "type": "text",
        "text": "よろしいですか",
        "quickReply": {"items": [{"type": "action", "action": action}]},
    }
    bot.post("/v2/bot/message/push", json={"to": aiko, "messages": [message]})

    line.tap(aiko, "はい")
    line.settle()

    assert webhook.last["postback"] == {"data": "yes"}
    with pytest.raises(LookupError):
        line.tap(aiko, "はい")
