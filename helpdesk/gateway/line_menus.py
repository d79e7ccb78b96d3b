"""The rich menus on LINE: created, kept, replaced, and found again by their aliases."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from linebot.v3.messaging import (
    ApiException,
    AsyncMessagingApi,
    CreateRichMenuAliasRequest,
    MessagingApi,
    MessagingApiBlob,
    PostbackAction,
    RichMenuAliasListResponse,
    RichMenuArea,
    RichMenuBounds,
    RichMenuRequest,
    RichMenuResponse,
    RichMenuSize,
    UpdateRichMenuAliasRequest,
)
from urllib3.exceptions import HTTPError

from helpdesk.gateway.menu_pictures import AREAS, SIZE, Menu, draw

# Before the name of the item that was tapped; the number is the version of this form.
MENU_PAYLOAD = "1:menu:"

_ALIAS = "helpdesk-"
_NAME = re.compile(r"helpdesk-(?P<variant>[a-z_]+)-[0-9a-f]{8}")
_DEFAULT = "none"
# One number each, the SDK's own being 300: its asynchronous side takes no pair.
_SECONDS = 10
_UPLOAD_SECONDS = 60
_WAITS = (1, 2, 4, 8)
_NOT_FOUND = 404
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500

T = TypeVar("T")
Step = Callable[[str], AbstractContextManager[object]]


class LineRefused(RuntimeError):
    """What LINE answered, or that it did not answer, in one sentence."""


class MenuSetup:
    """Brings the menus on LINE into agreement with the catalog.

    A menu is kept if its name carries the fingerprint of what would be made now, and
    if its alias, which comes after the picture, shows that it was finished.
    """

    def __init__(
        self,
        api: MessagingApi,
        blob_api: MessagingApiBlob,
        menu: Menu,
        step: Step = nullcontext,
        sleep: Callable[[float], None] = time.sleep,
        picture_of: Callable[[Menu, str], bytes] = draw,
    ) -> None:
        self._api = api
        self._blob_api = blob_api
        self._menu = menu
        self._step = step
        self._sleep = sleep
        self._picture_of = picture_of
        self.changed: set[str] = set()
        """Variants with another menu than before: link their customers to it."""

    def run(self) -> dict[str, str]:
        """The menu id of each variant. Raises LineRefused and NoJapaneseFont.

        Broken off at any point, it is completed by the next run.
        """
        with self._step("Asking LINE for its menus"):
            present = self._present()
        pictures = self._draw()
        ids = {}
        for variant, picture in pictures.items():
            request = request_for(self._menu, variant, picture)
            name, ids[variant] = present.get(variant, ("", ""))
            if name != request.name:
                with self._step(f"Creating the menu for {variant}"):
                    ids[variant] = self._create(request, picture)
                    self._point(variant, ids[variant])
                self.changed.add(variant)
        with self._step("Showing everybody the menu for none"):
            self._show_everybody(ids[_DEFAULT])
        # Customers of a deleted menu see the default one, which is ready by now.
        self._delete_all_but(set(ids.values()))
        return ids

    def _draw(self) -> dict[str, bytes]:
        pictures = {}
        for variant in self._menu.variants:
            with self._step(f"Drawing the menu for {variant}"):
                pictures[variant] = self._picture_of(self._menu, variant)
        return pictures

    def _present(self) -> dict[str, tuple[str, str]]:
        """The name and id of the menu behind each variant's alias."""
        names = {each.rich_menu_id: each.name for each in self._try(self._listed)}
        return {
            variant: (names[menu_id], menu_id)
            for variant, menu_id in self._try(self._aliases).items()
            if menu_id in names
        }

    def _create(self, request: RichMenuRequest, picture: bytes) -> str:
        def create() -> str:
            # A picture is never replaced, so each try is made with a menu of its own.
            answer = self._api.create_rich_menu(request, _request_timeout=_SECONDS)
            menu_id: str = answer.rich_menu_id
            self._blob_api.set_rich_menu_image(
                menu_id,
                picture,
                _headers={"Content-Type": "image/png"},
                _request_timeout=_UPLOAD_SECONDS,
            )
            return menu_id

        return self._try(create)

    def _point(self, variant: str, menu_id: str) -> None:
        def point() -> None:
            # Asked at each try: one that seemed to fail may have created the alias.
            if variant in self._aliases():
                update = UpdateRichMenuAliasRequest(richMenuId=menu_id)
                self._api.update_rich_menu_alias(
                    f"{_ALIAS}{variant}", update, _request_timeout=_SECONDS
                )
            else:
                new = CreateRichMenuAliasRequest(
                    richMenuAliasId=f"{_ALIAS}{variant}", richMenuId=menu_id
                )
                self._api.create_rich_menu_alias(new, _request_timeout=_SECONDS)

        self._try(point)

    def _show_everybody(self, menu_id: str) -> None:
        self._try(
            lambda: self._api.set_default_rich_menu(menu_id, _request_timeout=_SECONDS)
        )

    def _delete_all_but(self, needed: set[str]) -> None:
        for each in self._try(self._listed):
            former = _NAME.fullmatch(each.name or "")
            if former and each.rich_menu_id not in needed:
                variant = former["variant"]
                with self._step(f"Deleting a former menu for {variant}"):
                    self._delete(each.rich_menu_id)
                self.changed.add(variant)

    def _delete(self, menu_id: str) -> None:
        def delete() -> None:
            try:
                self._api.delete_rich_menu(menu_id, _request_timeout=_SECONDS)
            except ApiException as error:
                if error.status != _NOT_FOUND:
                    raise

        self._try(delete)

    def _listed(self) -> list[RichMenuResponse]:
        answer = self._api.get_rich_menu_list(_request_timeout=_SECONDS)
        return list(answer.richmenus)

    def _aliases(self) -> dict[str, str]:
        answer = self._api.get_rich_menu_alias_list(_request_timeout=_SECONDS)
        return _by_variant(answer)

    def _try(self, call: Callable[[], T]) -> T:
        """Again after 5xx, 429 and silence, five times in all. Raises LineRefused."""
        waits = iter(_WAITS)
        while True:
            try:
                return call()
            except (ApiException, HTTPError) as error:
                wait = next(waits, None)
                if wait is None or not _may_pass(error):
                    raise LineRefused(_sentence(error)) from error
                self._sleep(wait)
            except ValueError as error:
                # The SDK refuses what its models do not know, or what is no JSON.
                raise LineRefused(
                    f"The SDK cannot read LINE's answer ({type(error).__name__}): check"
                    " LINE_API_URL and the menus of others on the channel."
                ) from error


async def menu_ids(api: AsyncMessagingApi) -> dict[str, str]:
    """The menu id of each variant; empty before `make line-setup` has been run."""
    return _by_variant(await api.get_rich_menu_alias_list(_request_timeout=_SECONDS))


def areas(menu: Menu, variant: str) -> list[RichMenuArea]:
    """What a tap on each tile means."""
    return [
        RichMenuArea(
            bounds=RichMenuBounds(x=x, y=y, width=width, height=height),
            action=PostbackAction(
                data=f"{MENU_PAYLOAD}{name}",
                displayText=menu.items[name].label,
                label=menu.items[name].label,
            ),
        )
        for name, (x, y, width, height) in zip(
            menu.variants[variant], AREAS, strict=True
        )
    ]


def request_for(menu: Menu, variant: str, picture: bytes) -> RichMenuRequest:
    """A menu under a name that changes with anything that customers see or tap."""
    request = RichMenuRequest(
        size=RichMenuSize(width=SIZE[0], height=SIZE[1]),
        selected=True,
        chatBarText=menu.bar,
        areas=areas(menu, variant),
    )
    content = request.to_json().encode() + picture
    request.name = f"{_ALIAS}{variant}-{hashlib.sha256(content).hexdigest()[:8]}"
    return request


def _by_variant(answer: RichMenuAliasListResponse) -> dict[str, str]:
    return {
        each.rich_menu_alias_id.removeprefix(_ALIAS): each.rich_menu_id
        for each in answer.aliases
        if each.rich_menu_alias_id.startswith(_ALIAS)
    }


def _may_pass(error: ApiException | HTTPError) -> bool:
    if isinstance(error, HTTPError):
        return True
    return bool(error.status >= _SERVER_ERROR or error.status == _TOO_MANY_REQUESTS)


def _sentence(error: ApiException | HTTPError) -> str:
    if isinstance(error, HTTPError) or not error.status:
        # The SDK reports a certificate that is not believed as status 0.
        reason = getattr(error, "reason", None) or type(error).__name__
        return (
            f"LINE does not answer ({' '.join(str(reason).split())}): check the"
            " network, LINE_API_URL and LINE_API_DATA_URL."
        )
    try:
        reason = json.loads(error.body)["message"]
    except (TypeError, ValueError, KeyError):
        reason = error.reason
    return f"LINE refused (status {error.status}): {reason}"
