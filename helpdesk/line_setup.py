"""Brings the rich menus to LINE, for `make line-setup`, or saves their pictures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from linebot.v3.messaging import (
    ApiClient,
    Configuration,
    MessagingApi,
    MessagingApiBlob,
)

from helpdesk.gateway.japanese_fonts import NoJapaneseFont
from helpdesk.gateway.line_menus import LineRefused, MenuSetup
from helpdesk.gateway.menu_pictures import draw
from helpdesk.launch import step
from helpdesk.settings import BadSettings, Settings
from helpdesk.storage.catalog import BadCatalog, Catalog
from helpdesk.storage.line_catalog import Menu


class CannotSetUp(RuntimeError):
    """What is missing, in one sentence."""


def main(arguments: list[str] | None = None) -> int:
    """0 when all is done; 1 and one sentence if something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m helpdesk.line_setup", description=__doc__
    )
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FOLDER",
        help="write the pictures there, and leave LINE alone",
    )
    folder: Path | None = parser.parse_args(arguments).save
    try:
        settings = Settings.for_this_machine()
        menu = Catalog.read(settings.catalog).line.menu
        if folder is None:
            set_up(settings, menu)
        else:
            save(menu, folder)
    except KeyboardInterrupt:
        print("\nStopped; run it again to complete it.", file=sys.stderr)
        return 1
    except (BadSettings, BadCatalog, CannotSetUp, NoJapaneseFont, LineRefused) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def save(menu: Menu, folder: Path) -> None:
    """Raises CannotSetUp and NoJapaneseFont."""
    for variant in menu.variants:
        file = folder / f"{variant}.png"
        with step(f"Drawing {file}"):
            picture = draw(menu, variant)
            try:
                folder.mkdir(parents=True, exist_ok=True)
                file.write_bytes(picture)
            except OSError as error:
                raise CannotSetUp(
                    f"{file} cannot be written: {error.strerror}."
                ) from error


def set_up(settings: Settings, menu: Menu) -> None:
    """Raises CannotSetUp, LineRefused and NoJapaneseFont."""
    token = settings.line_channel_access_token
    if not token:
        raise CannotSetUp(
            "LINE_CHANNEL_ACCESS_TOKEN is not set: copy the channel access token from"
            " the LINE Developers console."
        )
    with (
        _client(settings.line_api_url, token) as client,
        # The host of a client is that of all its calls, so the pictures have theirs.
        _client(settings.line_api_data_url, token) as data_client,
    ):
        api, blob_api = MessagingApi(client), MessagingApiBlob(data_client)
        setup = MenuSetup(api, blob_api, menu, step)
        setup.run()
    changed = ", ".join(sorted(setup.changed)) or "nothing"
    print(f"The menus on LINE are those of the catalog; changed: {changed}.")


def _client(url: str, token: str) -> ApiClient:
    configuration = Configuration(host=url, access_token=token)
    # MenuSetup tries again by itself, and waits between its tries.
    configuration.retries = False
    return ApiClient(configuration)


if __name__ == "__main__":
    sys.exit(main())
