"""docs/carrier-api.yml: a whole OpenAPI document, with all that a carrier offers."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from helpdesk.carrier.http_carrier import HttpCarrier
from helpdesk.services.carrier import Carrier
from tests.carrier.api import Api

PROBLEMS = {
    *("NoSuchSubscription", "UnknownUserCode", "RevokedUserCode", "NoReissueLeft"),
    *("GiftRefused", "PurchaseRefused", "PlanRefused", "KeyUsedTwice"),
}


def offered() -> set[str]:
    """The methods of the port."""
    found = inspect.getmembers(Carrier, inspect.isfunction)
    return {name for name, _ in found if not name.startswith("_")}


def test_document_is_valid(api: Api):
    validate(api.document, cls=OpenAPIV31SpecValidator)


def test_document_has_every_method_of_the_port(api: Api):
    assert set(api.operations()) == offered()


def test_http_carrier_has_every_method_of_the_port():
    assert offered() <= set(dir(HttpCarrier))


def test_changes_and_only_they_have_a_key(api: Api):
    with_key = {
        name
        for name, operation in api.operations().items()
        if any("$ref" in each for each in operation.get("parameters", []))
    }

    assert with_key == {
        *("reissue_code", "give_data", "buy_data"),
        *("change_plan", "withdraw_plan_change"),
    }


def test_document_names_every_refusal(api: Api):
    named = api.document["components"]["schemas"]["Problem"]["properties"]["type"]

    assert {f"/problems/{each}" for each in PROBLEMS} <= set(named["enum"])


def test_no_address_holds_codes_or_passwords(api: Api):
    parameters = {
        each["name"]
        for operation in api.operations().values()
        for each in operation.get("parameters", [])
        if each.get("in") in ("query", "path")
    }

    assert parameters == {"contract_holder"}
    assert not [path for path in api.document["paths"] if "{user_code}" in path]


def examples(node: Any, place: str = "") -> list[tuple[str, Any, Any]]:
    """Place, schema and example of every place that has both."""
    found = []
    if isinstance(node, dict):
        schema = node.get("schema", node if "type" in node else None)
        if "example" in node and isinstance(schema, dict):
            found.append((place, schema, node["example"]))
        for name, each in node.items():
            if name != "example":
                found += examples(each, f"{place}/{name}")
    return found


def test_examples_are_as_the_document_says(api: Api):
    found = examples(api.document)
    wrong = []
    for place, schema, example in found:
        whole = {**schema, "components": api.document["components"]}
        if not Draft202012Validator(whole).is_valid(example):
            wrong.append(place)

    assert wrong == []
    assert len(found) > 20


def test_check_of_bodies_can_fail(api: Api):
    place = "/paths/~1subscriptions~1{subscription}~1data-gifts/post"
    schema = f"{place}/requestBody/content/application~1json/schema"
    api._validate({"receiver": "hiro.1", "megabytes": 500}, schema)

    with pytest.raises(ValidationError):
        api._validate({"receiver": "hiro.1", "megabytes": "500"}, schema)
