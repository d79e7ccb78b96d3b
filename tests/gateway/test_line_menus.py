"""Setting up the rich menus, against the fake LINE platform."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from linebot.v3.messaging import (
    ApiClient,
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
    MessagingApi,
    MessagingApiBlob,
)
from PIL import Image

from helpdesk.gateway.line_menus import (
    MENU_PAYLOAD,
    LineRefused,
    MenuSetup,
    areas,
    menu_ids,
    request_for,
)
from helpdesk.gateway.menu_pictures import SIZE
from helpdesk.line_setup import main
from helpdesk.settings import Settings
from helpdesk.storage.catalog import Catalog
from helpdesk.storage.line_catalog import Menu
from tests.line_platform import Faults, LinePlatform, running

VARIANTS = {"none", "holder", "end_user", "both", "operator"}
TOKEN = "a token that is only good for tests"
# List and aliases (0 and 1), five times create, upload, aliases and alias (2 to 5 and so
# on), the default (22), list (23), and where there are former menus, their deletion.
CALLS_OF_FIRST_RUN = 24
TRIES = 5

Setup = Callable[..., MenuSetup]


@pytest.fixture(scope="module")
def menu(settings: Settings) -> Menu:
    return Catalog.read(settings.catalog).line.menu


@pytest.fixture(scope="module")
def address_of() -> Iterator[tuple[LinePlatform, str]]:
    platform = LinePlatform("a secret", TOKEN)
    with running(platform) as address:
        yield platform, address


@pytest.fixture
def platform(address_of: tuple[LinePlatform, str]) -> LinePlatform:
    """LINE without any menu."""
    platform = address_of[0]
    platform.menus = type(platform.menus)()
    platform.faults = Faults()
    platform.calls.clear()
    platform.problems.clear()
    return platform


@pytest.fixture
def configuration(address_of: tuple[LinePlatform, str]) -> Configuration:
    configuration = Configuration(host=address_of[1], access_token=TOKEN)
    configuration.retries = False
    return configuration


@pytest.fixture
def setup(configuration: Configuration, menu: Menu, waits: list[float]) -> Setup:
    """Builds a MenuSetup with plain pictures, as drawing takes a second each."""

    def build(menu: Menu = menu) -> MenuSetup:
        return MenuSetup(
            MessagingApi(ApiClient(configuration)),
            MessagingApiBlob(ApiClient(configuration)),
            menu,
            sleep=waits.append,
            picture_of=plain_picture,
        )

    return build


@pytest.fixture
def waits() -> list[float]:
    """How long was waited before each further try, in seconds."""
    return []


@pytest.fixture
def environment(
    monkeypatch: pytest.MonkeyPatch, address_of: tuple[LinePlatform, str]
) -> pytest.MonkeyPatch:
    """What `make line-setup` reads, for the fake platform."""
    values = {
        "HELPDESK_SECRET_KEY": "a key that is only good for tests",
        "HELPDESK_CLOCK_SET_AT": "0",
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        "LINE_API_URL": address_of[1],
        "LINE_API_DATA_URL": address_of[1],
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def plain_picture(menu: Menu, variant: str) -> bytes:
    return white()


@cache
def white() -> bytes:
    content = BytesIO()
    Image.new("1", SIZE).save(content, "PNG")
    return content.getvalue()


def with_bar(menu: Menu, bar: str) -> Menu:
    """A changed catalog."""
    return menu.model_copy(update={"bar": bar})


def calls(platform: LinePlatform) -> list[str]:
    """The calls that change something, the ids left out."""
    return [
        re.sub(r"richmenu-\w+", "ID", f"{call.method} {call.path[8:]}")
        for call in platform.calls
        if call.method != "GET"
    ]


def assert_whole(platform: LinePlatform, ids: dict[str, str], bar: str) -> None:
    """One finished menu for each variant, the aliases and the default, and no more."""
    menus = platform.menus.all()
    assert {each.menu_id for each in menus} == set(ids.values())
    assert all(each.image for each in menus)
    assert {each.menu["chatBarText"] for each in menus} == {bar}
    assert ids.keys() == VARIANTS
    assert platform.menus.aliases() == {
        f"helpdesk-{variant}": menu_id for variant, menu_id in ids.items()
    }
    assert platform.menus.default() == ids["none"]
    assert platform.problems == []


def test_tap_sends_the_item_and_shows_its_label(menu: Menu):
    found = areas(menu, "both")

    assert [area.action.to_dict() for area in found] == [
        {
            "type": "postback",
            "label": menu.items[name].label,
            "data": f"{MENU_PAYLOAD}{name}",
            "displayText": menu.items[name].label,
        }
        for name in menu.variants["both"]
    ]
    assert found[3].bounds.to_dict() == {
        "x": 833,
        "y": 843,
        "width": 834,
        "height": 843,
    }


def test_name_changes_with_what_customers_see_or_tap(menu: Menu):
    names = [
        request_for(menu, "none", b"picture").name,
        request_for(menu, "none", b"another").name,
        request_for(with_bar(menu, "another"), "none", b"picture").name,
        request_for(menu, "both", b"picture").name,
    ]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch("helpdesk-(none|both)-[0-9a-f]{8}", name) for name in names)
    assert request_for(menu, "none", b"picture").name == names[0]


def test_first_run_creates_every_menu(platform: LinePlatform, setup: Setup, menu: Menu):
    first = setup()

    ids = first.run()

    assert_whole(platform, ids, menu.bar)
    assert first.changed == VARIANTS
    create = ["POST richmenu", "POST richmenu/ID/content", "POST richmenu/alias"]
    assert calls(platform) == [*create * 5, "POST user/all/richmenu/ID"]
    assert len(platform.calls) == CALLS_OF_FIRST_RUN


def test_second_run_keeps_every_menu(platform: LinePlatform, setup: Setup, menu: Menu):
    ids = setup().run()
    platform.calls.clear()
    second = setup()

    assert second.run() == ids
    assert_whole(platform, ids, menu.bar)
    assert second.changed == set()
    assert calls(platform) == ["POST user/all/richmenu/ID"]


def test_changed_catalog_replaces_menus_and_deletes_the_former_ones_last(
    platform: LinePlatform, setup: Setup, menu: Menu
):
    former = setup().run()
    platform.calls.clear()
    second = setup(with_bar(menu, "another"))

    ids = second.run()

    assert_whole(platform, ids, "another")
    assert set(ids.values()) & set(former.values()) == set()
    assert second.changed == VARIANTS
    replace = [
        "POST richmenu",
        "POST richmenu/ID/content",
        *[f"POST richmenu/alias/helpdesk-{variant}" for variant in menu.variants],
    ]
    assert set(calls(platform)[:15]) == set(replace)
    assert calls(platform)[15:] == [
        "POST user/all/richmenu/ID",
        *["DELETE richmenu/ID"] * 5,
    ]


def test_only_the_variant_that_changed_is_replaced(
    platform: LinePlatform, setup: Setup, menu: Menu
):
    former = setup().run()
    tiles = [*menu.variants["operator"][:4], "help"]
    variants = {**menu.variants, "operator": tiles}
    second = setup(menu.model_copy(update={"variants": variants}))

    ids = second.run()

    assert second.changed == {"operator"}
    assert {name for name in ids if ids[name] != former[name]} == {"operator"}
    assert_whole(platform, ids, menu.bar)


def test_menus_of_others_are_left_alone(
    platform: LinePlatform, setup: Setup, menu: Menu
):
    request = request_for(menu, "none", b"picture").to_dict()
    others = [
        platform.menus.create({**request, "name": name})
        for name in ("campaign", "helpdesk-none", "helpdesk-none-12345678-draft")
    ]

    ids = setup().run()

    found = {each.menu_id for each in platform.menus.all()}
    assert found == {*others, *ids.values()}


def test_menu_deleted_behind_our_back_is_created_again(
    platform: LinePlatform, setup: Setup, menu: Menu
):
    former = setup().run()
    platform.menus.delete(former["holder"])
    second = setup()

    ids = second.run()

    assert second.changed == {"holder"}
    assert_whole(platform, ids, menu.bar)


@pytest.mark.parametrize("outcome", ["error_500", "error_500_accepted"])
@pytest.mark.parametrize("done", [0, 2, 3, 4, 5, 6, 13, 21, 22, 23])
def test_run_that_broke_off_is_completed_by_the_next(
    platform: LinePlatform, setup: Setup, menu: Menu, done: int, outcome: str
):
    platform.faults = Faults(next=["ok"] * done + [outcome] * TRIES)
    with suppress(LineRefused):
        setup().run()
    platform.faults = Faults()

    ids = setup().run()

    assert_whole(platform, ids, menu.bar)


@pytest.mark.parametrize("done", [2, 3, 5, 10, 22, 23, 24, 26])
def test_change_that_broke_off_leaves_a_menu_for_everybody(
    platform: LinePlatform, setup: Setup, menu: Menu, done: int
):
    setup().run()
    platform.faults = Faults(next=["ok"] * done + ["error_500"] * TRIES)

    with pytest.raises(LineRefused):
        setup(with_bar(menu, "another")).run()

    shown = platform.menus.get(platform.menus.default())
    assert shown.image is not None
    assert set(platform.menus.aliases().values()) <= {
        each.menu_id for each in platform.menus.all()
    }
    platform.faults = Faults()
    assert_whole(platform, setup(with_bar(menu, "another")).run(), "another")


@pytest.mark.parametrize("outcome", ["error_500", "rate_429", "timeout_accepted"])
@pytest.mark.parametrize("done", [0, 2, 3, 5, 22])
def test_call_that_fails_is_tried_again(
    platform: LinePlatform,
    setup: Setup,
    menu: Menu,
    waits: list[float],
    done: int,
    outcome: str,
):
    queue = ["ok"] * done + [outcome] * (TRIES - 1)
    platform.faults = Faults(next=queue, hang_seconds=0)

    ids = setup().run()

    assert_whole(platform, ids, menu.bar)
    assert waits == [1, 2, 4, 8]


def test_refusal_is_not_tried_again(
    platform: LinePlatform, setup: Setup, waits: list[float]
):
    platform.access_token, token = "another", platform.access_token
    try:
        with pytest.raises(LineRefused) as refused:
            setup().run()
    finally:
        platform.access_token = token

    assert str(refused.value).startswith(
        "LINE refused (status 401): Authentication failed"
    )
    assert waits == []
    assert len(platform.calls) == 1


def test_answer_that_the_sdk_cannot_read_is_said_in_one_sentence(
    platform: LinePlatform, setup: Setup, waits: list[float]
):
    platform.menus.create({"name": "without what every menu has"})

    with pytest.raises(LineRefused, match=r"^The SDK cannot read LINE's answer"):
        setup().run()

    assert waits == []


def test_silence_is_said_in_one_sentence(menu: Menu, waits: list[float]):
    configuration = Configuration(host="http://127.0.0.1:1", access_token=TOKEN)
    configuration.retries = False
    api = MessagingApi(ApiClient(configuration))

    with pytest.raises(LineRefused, match=r"^LINE does not answer \(\w+\): check"):
        MenuSetup(api, None, menu, sleep=waits.append).run()

    assert waits == [1, 2, 4, 8]


async def test_running_app_finds_the_menus_by_their_aliases(
    platform: LinePlatform, setup: Setup, configuration: Configuration
):
    async with AsyncApiClient(configuration) as client:
        before = await menu_ids(AsyncMessagingApi(client))
        ids = setup().run()
        after = await menu_ids(AsyncMessagingApi(client))

    assert before == {}
    assert after == ids


def test_command_sets_up_the_menus_and_says_each_step(
    platform: LinePlatform,
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    menu: Menu,
):
    assert main([]) == 0

    ids = {
        alias.removeprefix("helpdesk-"): menu_id
        for alias, menu_id in platform.menus.aliases().items()
    }
    assert_whole(platform, ids, menu.bar)
    changed = ", ".join(sorted(VARIANTS))
    said = re.sub(r" \.\.\. done \(\d+ s\)", "", capsys.readouterr().out).splitlines()
    assert said == [
        "Asking LINE for its menus",
        *[f"Drawing the menu for {variant}" for variant in menu.variants],
        *[f"Creating the menu for {variant}" for variant in menu.variants],
        "Showing everybody the menu for none",
        f"The menus on LINE are those of the catalog; changed: {changed}.",
    ]


def test_pictures_go_to_the_address_for_data(
    platform: LinePlatform,
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    with running(LinePlatform("a secret", "another token")) as address:
        environment.setenv("LINE_API_DATA_URL", address)

        assert main([]) == 1

    assert "LINE refused (status 401)" in capsys.readouterr().err
    assert calls(platform) == ["POST richmenu"]


def test_command_without_a_token_says_what_is_missing(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    environment.setenv("LINE_CHANNEL_ACCESS_TOKEN", "")

    assert main([]) == 1
    assert capsys.readouterr().err.startswith("\nLINE_CHANNEL_ACCESS_TOKEN is not set:")


def test_command_saves_pictures_without_asking_line(
    platform: LinePlatform,
    environment: pytest.MonkeyPatch,
    tmp_path: Path,
):
    environment.setenv("LINE_CHANNEL_ACCESS_TOKEN", "")

    assert main(["--save", str(tmp_path / "menus")]) == 0

    assert {each.stem for each in (tmp_path / "menus").glob("*.png")} == VARIANTS
    assert platform.calls == []


def test_command_says_why_pictures_cannot_be_saved(
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
):
    taken = tmp_path / "taken"
    taken.touch()

    assert main(["--save", str(taken)]) == 1
    assert "none.png cannot be written" in capsys.readouterr().err
