"""The page that describes the JSON API: read off the description that programs read, without a script."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from detente.web.rendering import renderer_of

__all__ = ["Operation", "SentValue", "list_operations", "list_shapes", "router", "show_interface"]

router = APIRouter()

_REF = "#/components/schemas/"


class SentValue(NamedTuple):
    """A value that is sent or given: its name, what it is, whether it must be sent, and what it means."""

    name: str
    kind: str
    required: bool
    about: str


class Operation(NamedTuple):
    """One request that the interface answers."""

    method: str
    path: str
    about: str
    asked: tuple[SentValue, ...]
    body: str
    given: str

    @property
    def place(self) -> str:
        """Its place on the page."""
        return f"{self.method} {self.path}"


@router.get("/interface")
def show_interface(request: Request) -> HTMLResponse:
    """Describe the JSON API."""
    spec = request.app.openapi()
    return renderer_of(request).page(
        "interface.html", request, operations=list_operations(spec), shapes=list_shapes(spec)
    )


def list_operations(spec: Mapping[str, Any]) -> list[Operation]:
    """Return the operations of a description by OpenAPI, in its order."""
    return [
        Operation(
            method=method.upper(),
            path=path,
            about=" ".join(said.get("description", said.get("summary", "")).split()),
            asked=tuple(
                SentValue(
                    item["name"],
                    _kind(item["schema"]),
                    bool(item.get("required")),
                    item.get("description", ""),
                )
                for item in said.get("parameters", ())
            ),
            body=_content(said.get("requestBody", {})),
            given=next(
                (_content(said["responses"][code]) for code in said["responses"] if code < "300"),
                "",
            ),
        )
        for path, methods in spec["paths"].items()
        for method, said in methods.items()
    ]


def list_shapes(spec: Mapping[str, Any]) -> dict[str, tuple[str, tuple[SentValue, ...]]]:
    """Return what each named schema of a description is, and its fields."""
    return {
        name: (
            " ".join(schema.get("description", "").split()),
            tuple(
                SentValue(
                    field,
                    _kind(part),
                    field in schema.get("required", ()),
                    part.get("description", ""),
                )
                for field, part in schema.get("properties", {}).items()
            ),
        )
        for name, schema in sorted(spec.get("components", {}).get("schemas", {}).items())
    }


def _content(said: Mapping[str, Any]) -> str:
    """Return what a body is, by the first of its media types."""
    for media, content in said.get("content", {}).items():
        schema = content.get("schema")
        return media if not schema else _kind(schema)
    return ""


def _kind(schema: Mapping[str, Any]) -> str:
    """Return a schema in a few words."""
    return " or ".join(dict.fromkeys(_kinds(schema)))


def _kinds(schema: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        yield schema["$ref"].removeprefix(_REF)
    elif choices := [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        for choice in choices:
            yield from _kinds(choice)
    elif "enum" in schema:
        yield ", ".join(map(str, schema["enum"]))
    elif "const" in schema:
        yield str(schema["const"])
    elif schema.get("type") == "array":
        parts = schema.get("prefixItems")
        inner = ", ".join(map(_kind, parts)) if parts else _kind(schema.get("items", {}))
        yield f"list of {inner or 'anything'}"
    elif schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        yield f"mapping to {_kind(schema['additionalProperties'])}"
    else:
        yield str(schema.get("type", "anything"))
