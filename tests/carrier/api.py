"""docs/carrier-api.yml, and whether requests and answers are as it says."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from helpdesk.settings import ROOT

_NAME = "urn:carrier-api"


class Api:
    def __init__(self) -> None:
        text = (ROOT / "docs" / "carrier-api.yml").read_text("utf-8")
        self.document = yaml.safe_load(text)
        resource = DRAFT202012.create_resource(self.document)
        self._registry = Registry().with_resource(_NAME, resource)

    def operations(self) -> dict[str, dict[str, Any]]:
        """By operationId."""
        return {
            operation["operationId"]: operation
            for path in self.document["paths"].values()
            for method, operation in path.items()
            if method in ("get", "post")
        }

    def check(self, response: httpx.Response) -> None:
        """A hook of httpx: raises if request or answer is not in the document."""
        response.read()
        request = response.request
        template, parameters = self._path(request.url.path)
        operation = self.document["paths"][template][request.method.lower()]
        place = f"/paths/{_escaped(template)}/{request.method.lower()}"
        self._check_request(request, operation, place, parameters)
        self._check_answer(response, operation, place)

    def _check_request(
        self,
        request: httpx.Request,
        operation: dict[str, Any],
        place: str,
        parameters: dict[str, str],
    ) -> None:
        for value in parameters.values():
            self._validate(value, "/components/parameters/Subscription/schema")
        for parameter in operation.get("parameters", []):
            if parameter.get("$ref", "").endswith("/Key"):
                key = request.headers["idempotency-key"]
                self._validate(key, "/components/parameters/Key/schema")
            else:
                value = request.url.params[parameter["name"]]
                self._validate(value, f"{place}/parameters/0/schema")
        if "requestBody" in operation:
            where = self._follow(f"{place}/requestBody")
            schema = f"{where}/content/application~1json/schema"
            self._validate(json.loads(request.content), schema)

    def _check_answer(
        self, response: httpx.Response, operation: dict[str, Any], place: str
    ) -> None:
        status = str(response.status_code)
        assert status in operation["responses"], f"{status} is not in the document"
        where = self._follow(f"{place}/responses/{status}")
        contents = self._at(where).get("content")
        if contents is None:
            assert response.content == b""
            return
        media_type = response.headers["content-type"].partition(";")[0]
        schema = f"{where}/content/{_escaped(media_type)}/schema"
        assert media_type in contents
        self._validate(response.json(), schema)

    def _validate(self, value: object, pointer: str) -> None:
        Draft202012Validator(
            {"$ref": f"{_NAME}#{pointer.replace('{', '%7B').replace('}', '%7D')}"},
            registry=self._registry,
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        ).validate(value)

    def _path(self, path: str) -> tuple[str, dict[str, str]]:
        for template in self.document["paths"]:
            found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path)
            if found:
                return template, found.groupdict()
        raise AssertionError(f"{path} is not in the document")

    def _follow(self, pointer: str) -> str:
        reference = self._at(pointer).get("$ref")
        return pointer if reference is None else reference.removeprefix("#")

    def _at(self, pointer: str) -> dict[str, Any]:
        found = self.document
        for part in pointer.strip("/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return found


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
