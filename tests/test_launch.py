"""Starting: what stands in the way is said in one clear sentence."""

from __future__ import annotations

import io
import socket
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.launch import (
    CannotStart,
    Child,
    check_model,
    check_ports,
    prepare_database,
    print_welcome,
    stop,
    wait_until_ready,
)
from helpdesk.settings import ROOT, Settings
from tests.converse.stage import free_port

MODELS = ROOT / "models"


@pytest.fixture
def free(settings: Settings) -> Settings:
    """Settings with ports that nobody listens on."""
    ports = [free_port() for _ in range(4)]
    return settings.model_copy(
        update={
            "port": ports[0],
            "staff_port": ports[1],
            "rasa_url": f"http://127.0.0.1:{ports[2]}",
            "actions_url": f"http://127.0.0.1:{ports[3]}/webhook",
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


def test_free_ports_are_no_obstacle(free: Settings):
    check_ports(free)


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
    ],
)
def test_taken_port_is_named_with_its_setting(
    free: Settings, taken: int, name: str, value: str, variable: str
):
    given = int(value.format(taken)) if name == "port" else value.format(taken)

    with pytest.raises(CannotStart) as refused:
        check_ports(free.model_copy(update={name: given}))

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
    assert [words for words in shown if words not in said] == []


def test_welcome_of_production_names_nobody(
    helpdesk: Helpdesk, capsys: pytest.CaptureFixture[str]
):
    production = helpdesk.settings.model_copy(update={"env": "production"})

    print_welcome(replace(helpdesk, settings=production))

    assert capsys.readouterr().out == (
        "\n  Chat     https://help.example/chat\n"
        "  My Page  https://help.example/mypage\n\n\nPress Ctrl-C to stop.\n"
    )
