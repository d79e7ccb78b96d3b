"""LINE's API: rich menus."""

from __future__ import annotations

from starlette.responses import Response

from tests.line_platform import bot
from tests.line_platform.asked import Answer, Asked, Endpoint
from tests.line_platform.platform import LinePlatform
from tests.line_platform.records import Json


def create(platform: LinePlatform, asked: Asked) -> Json:
    menu = asked.json()
    bot.check(platform, "RichMenuRequest", menu)
    return {"richMenuId": platform.menus.create(menu)}


def validate(platform: LinePlatform, asked: Asked) -> Json:
    bot.validate("RichMenuRequest", asked.json())
    return {}


def get_all(platform: LinePlatform, asked: Asked) -> Json:
    return {"richmenus": [menu.as_json() for menu in platform.menus.all()]}


def get(platform: LinePlatform, asked: Asked) -> Json:
    return platform.menus.get(asked.path["menu_id"]).as_json()


def delete(platform: LinePlatform, asked: Asked) -> Json:
    platform.menus.delete(asked.path["menu_id"])
    platform.touch_all()
    return {}


def set_image(platform: LinePlatform, asked: Asked) -> Json:
    content_type = asked.headers.get("content-type", "")
    platform.menus.set_image(asked.path["menu_id"], content_type, asked.content)
    return {}


def get_image(platform: LinePlatform, asked: Asked) -> Response:
    menu = platform.menus.image(asked.path["menu_id"])
    return Response(menu.image, media_type=menu.image_type)


def set_default(platform: LinePlatform, asked: Asked) -> Json:
    platform.menus.set_default(asked.path["menu_id"])
    platform.touch_all()
    return {}


def get_default(platform: LinePlatform, asked: Asked) -> Json:
    return {"richMenuId": platform.menus.default()}


def delete_default(platform: LinePlatform, asked: Asked) -> Json:
    platform.menus.set_default(None)
    platform.touch_all()
    return {}


def link(platform: LinePlatform, asked: Asked) -> Json:
    """200 for strangers too: it has no effect then, which nobody is told."""
    platform.menus.link(asked.path["user_id"], asked.path["menu_id"])
    platform.touch(asked.path["user_id"])
    return {}


def linked(platform: LinePlatform, asked: Asked) -> Json:
    return {"richMenuId": platform.menus.linked(asked.path["user_id"])}


def unlink(platform: LinePlatform, asked: Asked) -> Json:
    platform.menus.unlink(asked.path["user_id"])
    platform.touch(asked.path["user_id"])
    return {}


def bulk_link(platform: LinePlatform, asked: Asked) -> Answer:
    body = asked.json()
    bot.check(platform, "RichMenuBulkLinkRequest", body)
    for user_id in body["userIds"]:
        platform.menus.link(user_id, body["richMenuId"])
        platform.touch(user_id)
    return Answer({}, 202)


def bulk_unlink(platform: LinePlatform, asked: Asked) -> Answer:
    body = asked.json()
    bot.check(platform, "RichMenuBulkUnlinkRequest", body)
    for user_id in body["userIds"]:
        platform.menus.unlink(user_id)
        platform.touch(user_id)
    return Answer({}, 202)


def create_alias(platform: LinePlatform, asked: Asked) -> Json:
    body = asked.json()
    bot.check(platform, "CreateRichMenuAliasRequest", body)
    platform.menus.create_alias(body["richMenuAliasId"], body["richMenuId"])
    return {}


def update_alias(platform: LinePlatform, asked: Asked) -> Json:
    body = asked.json()
    bot.check(platform, "UpdateRichMenuAliasRequest", body)
    platform.menus.update_alias(asked.path["alias"], body["richMenuId"])
    return {}


def get_alias(platform: LinePlatform, asked: Asked) -> Json:
    alias = asked.path["alias"]
    return {"richMenuAliasId": alias, "richMenuId": platform.menus.alias(alias)}


def delete_alias(platform: LinePlatform, asked: Asked) -> Json:
    platform.menus.delete_alias(asked.path["alias"])
    return {}


def get_aliases(platform: LinePlatform, asked: Asked) -> Json:
    return {
        "aliases": [
            {"richMenuAliasId": alias, "richMenuId": menu_id}
            for alias, menu_id in platform.menus.aliases().items()
        ]
    }


# In this order: "list" and "validate" would also do as the id of a menu.
ENDPOINTS: list[tuple[str, str, Endpoint]] = [
    ("POST", "richmenu", create),
    ("POST", "richmenu/validate", validate),
    ("GET", "richmenu/list", get_all),
    ("POST", "richmenu/bulk/link", bulk_link),
    ("POST", "richmenu/bulk/unlink", bulk_unlink),
    ("POST", "richmenu/alias", create_alias),
    ("GET", "richmenu/alias/list", get_aliases),
    ("GET", "richmenu/alias/{alias}", get_alias),
    ("POST", "richmenu/alias/{alias}", update_alias),
    ("DELETE", "richmenu/alias/{alias}", delete_alias),
    ("GET", "richmenu/{menu_id}", get),
    ("DELETE", "richmenu/{menu_id}", delete),
    ("GET", "richmenu/{menu_id}/content", get_image),
    ("POST", "richmenu/{menu_id}/content", set_image),
    ("GET", "user/all/richmenu", get_default),
    ("DELETE", "user/all/richmenu", delete_default),
    ("POST", "user/all/richmenu/{menu_id}", set_default),
    ("GET", "user/{user_id}/richmenu", linked),
    ("DELETE", "user/{user_id}/richmenu", unlink),
    ("POST", "user/{user_id}/richmenu/{menu_id}", link),
]
