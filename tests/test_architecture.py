"""The doors between the rooms, and the other rules that a syntax tree can show."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APPLICATION = ["domain", "services", "bootstrap"]

# Room: the rooms and libraries that it may import, besides the standard library.
DOORS: dict[str, set[str]] = {
    "domain": set(),
    "services": {"domain"},
    "storage": {
        "domain",
        # The repositories return the records that the services declare.
        "services",
        *("sqlalchemy", "alembic", "yaml", "cryptography", "argon2", "pydantic"),
        *("jpholiday", "pyotp"),
    },
    "gateway": {
        *(*APPLICATION, "starlette", "httpx", "linebot", "jinja2"),
        # Waiting for LINE fails in the words of its SDK's HTTP client; graphemes; menus.
        *("aiohttp", "urllib3", "regex", "PIL", "prometheus_client"),
    },
    "web": {
        *(*APPLICATION, "starlette", "httpx", "linebot", "jinja2"),
        # Pages of the staff: charts, the picture of a secret, searching canned answers.
        *("pygal", "segno", "rapidfuzz"),
    },
    "actions": {*APPLICATION, "rasa_sdk"},
    "settings": {"pydantic", "pydantic_settings"},
    # Carriers: the embedded one, the way to another one over HTTP, and its server.
    "carrier": {"domain", "services", "httpx", "pydantic", "starlette"},
    "bootstrap": {
        *("settings", "domain", "services", "storage", "carrier"),
        # The type of the carrier's reference server.
        "starlette",
    },
    "nlu": {
        *("domain", "rasa", "sudachipy", "rapidfuzz", "numpy", "scipy", "sklearn"),
        # Pictures of the evaluation.
        "matplotlib",
    },
    "dialogue": {"domain", "rasa", "sqlalchemy", "sanic"},
    # The processes: they start what the rooms hold.
    "launch": {"settings", "bootstrap", "services", "storage", "httpx", "sqlalchemy"},
    "shell": {"launch", "settings", "storage", "httpx"},
    "public": {*APPLICATION, "gateway", "web", "starlette", "httpx"},
    "staff": {*APPLICATION, "gateway", "web", "starlette", "prometheus_client"},
    "app": {
        *APPLICATION,
        "settings",
        "storage",
        "public",
        "staff",
        "gateway",
        "starlette",
        "uvicorn",
    },
    "add_administrator": {
        *("launch", "settings", "bootstrap", "domain", "services", "storage"),
    },
    "carrier_reference": {"settings", "bootstrap", "storage", "sqlalchemy", "uvicorn"},
    "line_setup": {"launch", "settings", "storage", "gateway", "linebot"},
    "recent_messages": {"settings", "domain", "storage", "sqlalchemy"},
    "actions.server": {
        *("settings", "storage", "rasa_sdk", "starlette", "uvicorn"),
        # What is said at the edge ends procedures, as the actions do.
        "actions",
    },
}
ENTRANCES = {"launch", "public", "staff", "app", "line_setup"}
# Written for the Python of Rasa's environment.
PYTHON_310 = ["domain", "nlu", "dialogue"]

# Kana and kanji; the middle dot and the long-vowel mark separate digits as well.
JAPANESE = re.compile(r"[ぁ-ゖァ-ヺｦ-ｯｱ-ﾝ㐀-䶿一-鿿々]")

# Without a zone by nature, and those whose zone is the first or second argument.
NAIVE = {"utcnow", "today", "utcfromtimestamp"}
ZONE_AT = {"now": 1, "fromtimestamp": 2}

MODULES = sorted(
    path
    for folder in ("helpdesk", "actions")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)
# Alembic writes migrations, and they stay as they were.
WRITTEN = [path for path in MODULES if "versions" not in path.parts]
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), name_of(path))


def room_of(path: Path) -> str:
    """The folder below helpdesk, a module beside them, or actions."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] == "helpdesk":
        return parts[1]
    return "actions.server" if parts[1] == "server" else "actions"


def imported(path: Path) -> set[str]:
    """What a module imports: rooms of ours, or libraries, by their first name."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {place(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: a relative import"
            found |= {place(node.module or "", alias.name) for alias in node.names}
    return {each for each in found if each not in sys.stdlib_module_names}


def place(module: str, name: str) -> str:
    first, *rest = [*module.split("."), name]
    if first == "helpdesk":
        return rest[0]
    return first


def docstrings(tree: ast.Module) -> set[ast.AST]:
    with_body = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, with_body)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call of an attribute or a name, with its last name."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def owner_of(call: ast.Call) -> str | None:
    """`datetime` in `datetime.now()`; None for anything longer, or for a bare name."""
    function = call.func
    is_short = isinstance(function, ast.Attribute) and isinstance(
        function.value, ast.Name
    )
    return function.value.id if is_short else None


def arguments_of(call: ast.Call) -> int:
    return len(call.args) + len(call.keywords)


def at(path: Path, node: ast.AST) -> str:
    return f"{name_of(path)}:{getattr(node, 'lineno', 0)}"


def test_every_room_has_its_door():
    rooms = {room_of(path) for path in MODULES if path.name != "__init__.py"}

    assert rooms - DOORS.keys() == set()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_room_imports_only_what_its_door_lets_in(path: Path):
    if path.parent == ROOT / "helpdesk" and path.name == "__init__.py":
        assert imported(path) == set()
        return

    room = room_of(path)
    assert imported(path) - DOORS[room] - {room} == set()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_imports_actions_gateway_or_web(path: Path):
    closed = {"actions", "gateway", "web"} - {room_of(path).split(".")[0]}

    found = imported(path) & closed

    assert found == set() or room_of(path) in ENTRANCES


def test_imports_are_seen():
    """The walk above must be able to fail."""
    path = ROOT / "helpdesk" / "bootstrap" / "__init__.py"

    assert imported(path) == {
        *("bootstrap", "settings", "domain", "services", "storage"),
    }


@pytest.mark.parametrize(
    "path", [each for each in MODULES if room_of(each) in PYTHON_310], ids=name_of
)
def test_rooms_of_both_environments_are_written_for_python_310(path: Path):
    ast.parse(path.read_text("utf-8"), feature_version=(3, 10))

    names = {
        alias.name
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom)
        and node.module in ("datetime", "typing", "enum")
        for alias in node.names
    }
    assert names & {"UTC", "Self", "StrEnum", "assert_never", "override"} == set()


@pytest.mark.parametrize(
    "path", [each for each in WRITTEN if room_of(each) != "nlu"], ids=name_of
)
def test_python_holds_no_japanese_sentences(path: Path):
    tree = tree_of(path)
    spared = docstrings(tree)

    found = [
        f"{at(path, node)}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node not in spared
        and JAPANESE.search(node.value)
    ]

    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_bot_speaks_by_response_name(path: Path):
    found = [
        at(path, call)
        for name, call in calls(path)
        if name == "utter_message"
        and (
            call.args
            or "response" not in {keyword.arg for keyword in call.keywords}
            or "text" in {keyword.arg for keyword in call.keywords}
        )
    ]

    assert found == []


@pytest.mark.parametrize(
    "path", [each for each in MODULES if room_of(each) != "settings"], ids=name_of
)
def test_environment_is_read_by_the_settings_only(path: Path):
    found = [
        at(path, node)
        for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"))
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {alias.name for alias in node.names} & {"environ", "getenv"}
        )
    ]

    assert found == []


@pytest.mark.parametrize(
    "path", [each for each in MODULES if room_of(each) != "settings"], ids=name_of
)
def test_nobody_reads_a_naive_clock(path: Path):
    found = [
        at(path, call)
        for name, call in calls(path)
        if (owner_of(call) in ("datetime", "date") and name in NAIVE)
        or (owner_of(call) == "datetime" and arguments_of(call) < ZONE_AT.get(name, 0))
    ]

    assert found == []


@pytest.mark.parametrize(
    "path",
    [each for each in MODULES if room_of(each) in ("domain", "services", "storage")],
    ids=name_of,
)
def test_rules_and_services_are_given_the_time(path: Path):
    clocks = {("datetime", "now"), ("date", "today"), ("time", "time")}

    found = [
        at(path, call) for name, call in calls(path) if (owner_of(call), name) in clocks
    ]

    assert found == []


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_module_holds_one_topic(path: Path):
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]

    assert len(lines) <= 300


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_functions_fit_on_a_screen(path: Path):
    found = [
        f"{at(path, node)} {node.name}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or node.lineno) - node.lineno + 1 > 50
    ]

    assert found == []


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_module_opens_with_one_line_that_says_what_it_holds(path: Path):
    docstring = ast.get_docstring(tree_of(path)) or ""

    assert docstring.splitlines()[0].endswith(".")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_has_a_name_that_says_something(path: Path):
    vague = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}

    assert vague & {path.stem, *path.stem.split("_")} == set()
