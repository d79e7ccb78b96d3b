"""LINE's OpenAPI description, so expanded that plain JSON Schema follows its types.

LINE's base schemas name their kinds by a `discriminator`, which JSON Schema ignores: a
text message without text would pass. Here each base schema becomes `oneOf` over its
kinds; the kinds refer to a copy of it without kinds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tests.line_platform.limits import Finding
from tests.line_platform.records import Json

# Beside the repository, where there is one; LINE's files are not copied into it.
_FILE = Path(__file__).parents[3] / "shared" / "line-openapi" / "messaging-api.yml"
_PLAIN = "{}__plain"
_ROOT = "#/components/schemas/"
# Marks what we add, to know its errors again.
_TAG = "x-tag"


def is_available() -> bool:
    return _FILE.exists()


def findings(name: str, body: Any) -> list[Finding]:
    """Where this is no `name` of LINE's description; nothing where that is missing."""
    if not is_available():
        return []
    causes = (_cause(error) for error in _validator(name).iter_errors(body))
    return [finding for error in causes for finding in _told(error)]


def expanded(schemas: Json) -> Json:
    """The schemas with their discriminators turned into `oneOf`."""
    bases = {name for name in schemas if "mapping" in _discriminator(schemas[name])}
    result: Json = {}
    for name, schema in schemas.items():
        plain = _with_plain_parents(schema, bases)
        if name in bases:
            result[_PLAIN.format(name)] = plain
            result[name] = {"oneOf": list(_kinds(_discriminator(schema)))}
        else:
            result[name] = plain
    return result


def _discriminator(schema: Json) -> Json:
    return dict(schema.get("discriminator", {}))


def _kinds(discriminator: Json) -> Iterable[Json]:
    tag = discriminator["propertyName"]
    for value, reference in discriminator["mapping"].items():
        is_value = {"enum": [value], _TAG: True}
        has_value = {"required": [tag], "properties": {tag: is_value}, _TAG: True}
        yield {"allOf": [{"$ref": reference}, has_value]}


def _with_plain_parents(part: Any, bases: set[str], in_all_of: bool = False) -> Any:
    if isinstance(part, list):
        return [_with_plain_parents(each, bases, in_all_of) for each in part]
    if not isinstance(part, dict):
        return part
    name = str(part.get("$ref", "")).removeprefix(_ROOT)
    if in_all_of and name in bases:
        return {"$ref": _ROOT + _PLAIN.format(name)}
    return {
        key: _with_plain_parents(value, bases, key == "allOf")
        for key, value in part.items()
        if key != "discriminator"
    }


@lru_cache
def _validator(name: str) -> Any:
    # Only where the description lies beside the repository is its checker needed.
    import jsonschema  # noqa: PLC0415

    document = {"$ref": _ROOT + name, "components": {"schemas": _schemas()}}
    return jsonschema.Draft4Validator(document)


@lru_cache
def _schemas() -> Json:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load(_FILE.read_text("utf-8"), loader)
    return expanded(content["components"]["schemas"])


def _cause(error: Any) -> Any:
    """Of the kinds that an object could be, the error in the one that it says it is."""
    branches = defaultdict(list)
    for each in error.context:
        branches[each.schema_path[0]].append(each)
    for branch in branches.values():
        if not any(_is_of_tag(each) for each in branch):
            return _cause(branch[0])
    if branches:
        return next(each for each in error.context if _is_of_tag(each))
    return error


def _is_of_tag(error: Any) -> bool:
    return _TAG in error.schema


def _told(error: Any) -> list[Finding]:
    """In LINE's words where they are known; never with what was sent."""
    where = _property(error.absolute_path)
    limit = error.validator_value
    if _is_of_tag(error):
        where = where.removesuffix(".type")
        return [Finding(where, "Must be one of the types that LINE has")]
    if error.validator == "required":
        missing = [name for name in limit if name not in error.instance]
        return [
            Finding(f"{where}.{name}".removeprefix("."), "May not be empty")
            for name in missing
        ]
    sentences = {
        "type": f"Must be of the type {limit}",
        "enum": f"Must be one of {limit}",
        "pattern": f"Must match {limit}",
        "maxLength": f"Length must be between 0 and {limit}",
        "maxItems": f"Size must be between 1 and {limit}",
        "minItems": "May not be empty",
    }
    return [Finding(where, sentences.get(error.validator, f"Breaks {error.validator}"))]


def _property(path: Iterable[str | int]) -> str:
    parts = [f"[{each}]" if isinstance(each, int) else f".{each}" for each in path]
    return "".join(parts).removeprefix(".")
