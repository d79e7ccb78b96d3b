"""Rich menus: their pictures, aliases, and to whom they are shown."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError

from tests.line_platform.records import Json, Refused

_MOST_MENUS = 1000
_LARGEST_IMAGE = 1024 * 1024
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG"}


@dataclass
class Menu:
    menu_id: str
    menu: Json
    image: bytes | None = None
    image_type: str = "image/png"

    def as_json(self) -> Json:
        return {"richMenuId": self.menu_id, **self.menu}


@dataclass
class Menus:
    """Every method raises Refused as LINE's API answers."""

    _menus: dict[str, Menu] = field(default_factory=dict)
    _of_user: dict[str, str] = field(default_factory=dict)
    _aliases: dict[str, str] = field(default_factory=dict)
    _default: str | None = None

    def create(self, menu: Json) -> str:
        if len(self._menus) >= _MOST_MENUS:
            raise Refused(400, "rich menu limit exceeded")
        menu_id = f"richmenu-{secrets.token_hex(16)}"
        self._menus[menu_id] = Menu(menu_id, menu)
        return menu_id

    def all(self) -> list[Menu]:
        return list(self._menus.values())

    def get(self, menu_id: str) -> Menu:
        if menu_id not in self._menus:
            raise Refused(404, "richmenu not found")
        return self._menus[menu_id]

    def delete(self, menu_id: str) -> None:
        """Whoever had it falls back on the default menu."""
        self.get(menu_id)
        del self._menus[menu_id]
        self._of_user = {
            user: linked for user, linked in self._of_user.items() if linked != menu_id
        }
        if self._default == menu_id:
            self._default = None

    def set_image(self, menu_id: str, content_type: str, image: bytes) -> None:
        menu = self.get(menu_id)
        if menu.image is not None:
            raise Refused(400, "An image has already been uploaded to the richmenu")
        if content_type not in _FORMATS:
            raise Refused(415, "The content type must be image/png or image/jpeg")
        if len(image) > _LARGEST_IMAGE:
            raise Refused(413, "The image is larger than 1 MB")
        size = _size_of(image, _FORMATS[content_type])
        if size != (menu.menu["size"]["width"], menu.menu["size"]["height"]):
            raise Refused(400, "The image size does not match the size of the richmenu")
        menu.image, menu.image_type = image, content_type

    def image(self, menu_id: str) -> Menu:
        menu = self.get(menu_id)
        if menu.image is None:
            raise Refused(404, "the richmenu has no image")
        return menu

    def link(self, user_id: str, menu_id: str) -> None:
        self._usable(menu_id)
        self._of_user[user_id] = menu_id

    def unlink(self, user_id: str) -> None:
        self._of_user.pop(user_id, None)

    def linked(self, user_id: str) -> str:
        """The user's own menu only, as LINE's API answers."""
        if user_id not in self._of_user:
            raise Refused(404, "the user has no richmenu")
        return self._of_user[user_id]

    def shown(self, user_id: str) -> Menu | None:
        """What the user sees: the own menu, else the default one."""
        menu_id = self._of_user.get(user_id, self._default)
        return self._menus.get(menu_id) if menu_id else None

    def set_default(self, menu_id: str | None) -> None:
        if menu_id is not None:
            self._usable(menu_id)
        self._default = menu_id

    def default(self) -> str:
        if self._default is None:
            raise Refused(404, "no default richmenu")
        return self._default

    def create_alias(self, alias: str, menu_id: str) -> None:
        if alias in self._aliases:
            raise Refused(400, "conflict richmenu alias id")
        self._point(alias, menu_id)

    def update_alias(self, alias: str, menu_id: str) -> None:
        self.alias(alias)
        self._point(alias, menu_id)

    def delete_alias(self, alias: str) -> None:
        self.alias(alias)
        del self._aliases[alias]

    def alias(self, alias: str) -> str:
        """The id of the menu behind the alias."""
        if alias not in self._aliases:
            raise Refused(404, "richmenu alias not found")
        return self._aliases[alias]

    def aliases(self) -> dict[str, str]:
        return dict(self._aliases)

    def _point(self, alias: str, menu_id: str) -> None:
        if menu_id not in self._menus:
            raise Refused(400, "richmenu not found")
        if self._menus[menu_id].image is None:
            raise Refused(400, "must upload richmenu image before applying it to alias")
        self._aliases[alias] = menu_id

    def _usable(self, menu_id: str) -> None:
        if self.get(menu_id).image is None:
            raise Refused(400, "must upload richmenu image before applying it to user")


def _size_of(image: bytes, expected: str) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(image)) as opened:
            opened.verify()
            if opened.format != expected:
                raise Refused(400, f"The image is no {expected}")
            return opened.size
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Refused(400, "The image cannot be read") from error
