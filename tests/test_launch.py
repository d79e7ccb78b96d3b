"""Starting: what stands in the way is said in one clear sentence."""

from __future__ import annotations

import io
import os
import socket
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.launch import (
    CannotStart,
    Child,
    check_model,
    check_ports,
    main,
    prepare_database,
    print_welcome,
    start_fake_line,
    stop,
    wait_until_ready,
)
from helpdesk.settings import ROOT, Settings
from tests.converse.stage import free_port

MODELS = ROOT / "models"


@pytest.fixture
def free(settings: Settings) -> Settings:
    """Settings with ports that nobody listens on."""
    ports = [free_port() for _ in range(5)]
    return settings.model_copy(
        update={
            "port": ports[0],
            "staff_port": ports[1],
            "rasa_url": f"http://127.0.0.1:{ports[2]}",
            "actions_url": f"http://127.0.0.1:{ports[3]}/webhook",
            "line_api_url": f"http://127.0.0.1:{ports[4]}",
        }
    )


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def archive(file: Path, *names: str) -> Path:
    with tarfile.open(file, "w:gz") as content:
        for name in names:
            content.addfile(tarfile.TarInfo(name), io.BytesIO())
    return file


def sentence(refused: pytest.ExceptionInfo[CannotStart]) -> str:
    return str(refused.value)


# --- Ports ----------------------------------------------------------------------------


@pytest.mark.parametrize("with_fake_line", [False, True])
def test_free_ports_are_no_obstacle(free: Settings, with_fake_line: bool):
    check_ports(free, with_fake_line=with_fake_line)


def test_port_of_the_stand_in_matters_only_with_it(free: Settings, taken: int):
    without_it = free.model_copy(update={"line_api_url": f"http://127.0.0.1:{taken}"})

    check_ports(without_it)


@pytest.mark.parametrize(
    ("name", "value", "variable"),
    [
        pytest.param("port", "{}", "HELPDESK_PORT", id="app"),
        pytest.param("rasa_url", "http://127.0.0.1:{}", "HELPDESK_RASA_URL", id="Rasa"),
        pytest.param(
            "actions_url",
            "http://127.0.0.1:{}/webhook",
            "HELPDESK_ACTIONS_URL",
            id="actions",
        ),
        pytest.param(
            "line_api_url",
            "http://127.0.0.1:{}",
            "HELPDESK_PORT, which is ten less",
            id="LINE's stand-in",
        ),
    ],
)
def test_taken_port_is_named_with_its_setting(
    free: Settings, taken: int, name: str, value: str, variable: str
):
    given = int(value.format(taken)) if name == "port" else value.format(taken)

    with pytest.raises(CannotStart) as refused:
        check_ports(free.model_copy(update={name: given}), with_fake_line=True)

    assert sentence(refused) == (
        f"Port {taken} is taken: stop what uses it, or set {variable}."
    )


# --- Model ----------------------------------------------------------------------------


@pytest.fixture
def model() -> Iterator[Path]:
    """The name of a model beside the real one."""
    MODELS.mkdir(exist_ok=True)
    file = MODELS / "test-launch.tar.gz"
    yield file
    file.unlink(missing_ok=True)


def test_whole_model_is_no_obstacle(model: Path):
    check_model(archive(model, "metadata.json"))


def test_missing_model_is_to_be_trained(tmp_path: Path):
    with pytest.raises(CannotStart) as refused:
        check_model(tmp_path / "helpdesk.tar.gz")

    assert sentence(refused) == "There is no model yet: run `make train`."


@pytest.mark.parametrize("damage", ["empty", "no archive", "cut off", "other content"])
def test_broken_model_is_to_be_deleted(model: Path, damage: str):
    whole = archive(model, "metadata.json").read_bytes()
    if damage == "other content":
        archive(model, "something.json")
    else:
        content = {"empty": b"", "no archive": b"<html>", "cut off": whole[:30]}
        model.write_bytes(content[damage])

    with pytest.raises(CannotStart) as refused:
        check_model(model)

    assert sentence(refused) == (
        "The model models/test-launch.tar.gz is broken: delete it and run `make train`."
    )


# --- Database -------------------------------------------------------------------------


def on(settings: Settings, file: Path, env: str = "development") -> Settings:
    return settings.model_copy(update={"database_url": f"sqlite:///{file}", "env": env})


@pytest.mark.parametrize(
    ("env", "people"), [("development", True), ("production", False)]
)
def test_database_is_filled_outside_production_only(
    settings: Settings, tmp_path: Path, env: str, people: bool
):
    helpdesk = prepare_database(on(settings, tmp_path / "new" / "h.db", env))

    there = helpdesk.conversations.exists("eita")
    helpdesk.database.engine.dispose()

    assert there is people


def test_database_that_does_not_open_is_named(settings: Settings, tmp_path: Path):
    (tmp_path / "helpdesk.db").mkdir()

    with pytest.raises(CannotStart) as refused:
        prepare_database(on(settings, tmp_path / "helpdesk.db"))

    said = sentence(refused)
    assert said.startswith("The database of HELPDESK_DATABASE_URL cannot be opened: ")
    assert (len(said.splitlines()), "unable to open" in said) == (1, True)


@pytest.mark.parametrize("url", ["postgresql+nothing://here/x", "nonsense"])
def test_database_address_that_means_nothing_is_named(settings: Settings, url: str):
    with pytest.raises(CannotStart) as refused:
        prepare_database(settings.model_copy(update={"database_url": url}))

    said = sentence(refused)
    assert said.startswith("The database of HELPDESK_DATABASE_URL cannot be opened: ")
    assert len(said.splitlines()) == 1


# --- Processes ------------------------------------------------------------------------


@pytest.fixture
def child(settings: Settings) -> Iterator[Callable[[str], Child]]:
    """Starts a program as one of our processes."""
    made: list[Child] = []

    def start(program: str) -> Child:
        made.append(Child("test-launch", [sys.executable, "-c", program], settings))
        return made[-1]

    yield start
    for each in made:
        each.process.kill()
        each.process.wait()
        each.log.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("program", "last"),
    [
        pytest.param(
            "print('one'); print('two')", " Its last line: two", id="with a last word"
        ),
        pytest.param("pass", "", id="silent"),
    ],
)
def test_process_that_ends_while_starting_is_named_with_its_last_line(
    child: Callable[[str], Child], free: Settings, program: str, last: str
):
    ended = child(program)
    ended.process.wait(10)

    with pytest.raises(CannotStart) as refused:
        wait_until_ready([ended], free)

    assert sentence(refused) == (
        f"The process test-launch has ended; see var/log/test-launch.log.{last}"
    )


def test_process_runs_with_the_settings_of_its_children(
    child: Callable[[str], Child], settings: Settings
):
    program = "import os; print(os.environ['HELPDESK_ACTIONS_URL'])"

    shows = child(program)
    shows.process.wait(10)

    assert shows.log.read_text() == f"{settings.actions_url}\n"


def test_process_that_ends_again_and_again_is_given_up(child: Callable[[str], Child]):
    ended = child("pass")
    ended.process.wait(10)
    for _ in range(5):
        ended.start()
        ended.process.wait(10)

    with pytest.raises(CannotStart) as refused:
        ended.start()

    assert sentence(refused) == (
        "The process test-launch has ended; see var/log/test-launch.log."
    )


def test_stop_ends_what_runs(
    child: Callable[[str], Child], capsys: pytest.CaptureFixture[str]
):
    running = child("import time; time.sleep(60)")
    before = running.has_ended()

    stop([running])

    assert (before, running.has_ended(), capsys.readouterr().out) == (
        False,
        True,
        "Stopped.\n",
    )


def test_stop_of_nothing_says_nothing(capsys: pytest.CaptureFixture[str]):
    stop([])

    assert capsys.readouterr().out == ""


# --- LINE's stand-in ------------------------------------------------------------------


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """The variables, as they are for this test only; a start writes to them."""
    with patch.dict(os.environ) as variables:
        variables |= {
            "HELPDESK_SECRET_KEY": "a key that is only good for tests",
            "LINE_CHANNEL_SECRET": "a channel secret",
            "LINE_CHANNEL_ACCESS_TOKEN": "an access token",
        }
        yield variables


@pytest.fixture
def on_fake_line(
    helpdesk: Helpdesk, free: Settings, environment: dict[str, str]
) -> Helpdesk:
    """The sample world, with a free port for LINE's stand-in."""
    return replace(helpdesk, settings=free)


def test_stand_in_takes_the_place_of_line_ten_ports_above_ours(
    environment: dict[str, str],
):
    environment["HELPDESK_PORT"] = "8100"

    settings = Settings.for_this_machine(with_fake_line=True)

    children = settings.for_children()
    hosts = ("LINE_API_URL", "LINE_API_DATA_URL", "LINE_ACCESS_URL")
    assert [children[host] for host in hosts] == ["http://127.0.0.1:8110"] * 3
    assert settings.line_api_url == "http://127.0.0.1:8110"
    assert children["LINE_CHANNEL_SECRET"] != "a channel secret"


def test_other_lines_are_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as refused:
        main(["--line", "real"])

    said = capsys.readouterr().err
    assert (refused.value.code, "invalid choice: 'real'" in said) == (2, True)


def test_set_up_that_fails_is_told_and_stops_the_stand_in(
    on_fake_line: Helpdesk,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
):
    environment["HELPDESK_CLOCK"] = "soon"

    with pytest.raises(CannotStart) as refused:
        start_fake_line(on_fake_line)

    said = sentence(refused)
    assert said.startswith(
        "LINE's stand-in has no menus: HELPDESK_CLOCK: Input should be a valid"
    )
    assert len(said.splitlines()) == 1
    assert capsys.readouterr().out.endswith("Stopped.\n")
    check_ports(on_fake_line.settings, with_fake_line=True)


def test_stand_in_that_ends_at_once_is_named_with_its_last_line(
    on_fake_line: Helpdesk, environment: dict[str, str]
):
    environment["LINE_CHANNEL_SECRET"] = ""

    with pytest.raises(CannotStart) as refused:
        start_fake_line(on_fake_line)

    assert sentence(refused) == (
        "The process line has ended; see var/log/line.log. Its last line:"
        " python -m tests.line_platform: error: --secret and --token, or the"
        " environment, must name both"
    )


# --- Welcome --------------------------------------------------------------------------


def test_welcome_names_the_addresses_and_the_sample_people(
    helpdesk: Helpdesk, capsys: pytest.CaptureFixture[str]
):
    print_welcome(helpdesk)

    said = capsys.readouterr().out
    contracts = helpdesk.sample_world.contracts()
    shown = [*("https://help.example/chat", "https://help.example/mypage")]
    shown += [f"{each.login:10}{each.password}" for each in contracts]
    shown += [each.code for each in contracts] + ["86420975310000042 (replaced)"]
    shown += [
        f"{each.id:10}{each.password}" for each in helpdesk.sample_world.operators()
    ]
    assert [words for words in shown if words not in said] == []


def test_welcome_names_the_phone_where_line_is_a_stand_in(
    helpdesk: Helpdesk, capsys: pytest.CaptureFixture[str]
):
    faked = helpdesk.settings.model_copy(
        update={"line_api_url": "http://127.0.0.1:8010"}
    )

    print_welcome(replace(helpdesk, settings=faked), with_fake_line=True)

    assert capsys.readouterr().out.startswith(
        "\n  Chat     https://help.example/chat\n"
        "  My Page  https://help.example/mypage\n"
        "  Desk     http://localhost:8001/  (operators)\n"
        "  LINE     http://127.0.0.1:8010  (a phone to play with)\n\n"
    )


def test_welcome_of_production_names_nobody(
    helpdesk: Helpdesk, capsys: pytest.CaptureFixture[str]
):
    production = helpdesk.settings.model_copy(update={"env": "production"})

    print_welcome(replace(helpdesk, settings=production))

    assert capsys.readouterr().out == (
        "\n  Chat     https://help.example/chat\n"
        "  My Page  https://help.example/mypage\n"
        "  Desk     http://localhost:8001/  (operators)\n\n\nPress Ctrl-C to stop.\n"
    )
