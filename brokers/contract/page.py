"""The AsyncAPI document as YAML, and as the page docs/reference/events.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

_MADE = "Made by `make docs` from the code; do not edit."
_COLUMNS = ["| field | is | meaning |", "|---|---|---|"]


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as such."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def to_yaml(document: Mapping[str, Any]) -> str:
    body: str = yaml.dump(dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return f"# {_MADE}\n{body}"


def events_page(document: Mapping[str, Any]) -> str:
    """From the document alone, so that nothing of it is said twice."""
    components = document["components"]
    schemas = components["schemas"]
    lines = [
        f"<!-- {_MADE} -->\n",
        "# Events on the queue\n",
        document["info"]["description"],
        "\nFor machines, with streams and arguments: [asyncapi.yaml](asyncapi.yaml) (AsyncAPI 3.0).\n",
        "| queue | what | on NATS | on RabbitMQ |",
        "|---|---|---|---|",
        *(_channel_row(channel) for channel in document["channels"].values()),
        "\nAround the data of each event:\n",
        *_COLUMNS,
    ]
    messages = components["messages"]
    first = next(iter(messages.values()))
    envelope = _schema(first["payload"], schemas)
    lines += [
        _row(*one) for one in _fields(envelope, schemas) if one[0].split(".")[0] not in {"type", "data"}
    ]
    for message in messages.values():
        lines += _message(message, schemas)
    lines += ["\n## Codes\n", "| code | meaning |", "|---|---|"]
    lines += [f"| `{code}` | {words} |" for code, words in schemas["PoisonCode"]["x-meanings"].items()]
    return "\n".join(lines) + "\n"


def _channel_row(channel: Mapping[str, Any]) -> str:
    stream = channel["x-jetstream"]["stream"]
    consumer = channel["x-jetstream"].get("consumer", {}).get("durable_name")
    nats = f"stream `{stream['name']}`" + (f", consumer `{consumer}`" if consumer else "")
    kind = channel["x-rabbitmq"]["x-queue-type"]
    return f"| `{channel['address']}` | {channel['description']} | {nats} | {kind} queue |"


def _message(message: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n## {message['name']}\n"
    yield message["summary"]
    if "description" in message:
        yield f"\n{message['description']}"
    for example in message.get("examples", ()):
        yield f"\n```json\n{json.dumps(example['payload'], indent=2)}\n```"
    for part, prefix in (("payload", "data."), ("headers", "")):
        fields = _fields(_schema(message.get(part, {}), schemas), schemas)
        rows = [_row(*one) for one in fields if one[0].startswith(prefix)]
        if rows:
            yield "\n" + "\n".join([*_COLUMNS, *rows])


_Field = tuple[str, Mapping[str, Any], Mapping[str, Any], bool]


def _fields(schema: Mapping[str, Any], schemas: Mapping[str, Any], prefix: str = "") -> Iterator[_Field]:
    """Path, as said here, as it is, required."""
    for name, said in schema.get("properties", {}).items():
        inner = _schema(said, schemas)
        yield f"{prefix}{name}", said, inner, name in schema.get("required", ())
        if inner.get("type") == "array":
            yield from _fields(_schema(inner["items"], schemas), schemas, f"{prefix}{name}[].")
        else:
            yield from _fields(inner, schemas, f"{prefix}{name}.")


def _row(path: str, said: Mapping[str, Any], schema: Mapping[str, Any], required: bool) -> str:
    meaning = said.get("description") or schema.get("description") or ""
    kind = _kind(schema) + ("" if required else ", may be absent")
    return f"| `{path}` | {kind} | {meaning} |"


def _kind(schema: Mapping[str, Any]) -> str:
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "anyOf" in schema:
        return "a code, or null"
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if schema["type"] == "integer":
        return "number from 1"
    if schema["type"] != "string":
        return {"object": "object", "array": "list"}[schema["type"]]
    if "contentEncoding" in schema:
        return "base64"
    if schema.get("format") == "date-time":
        return "moment with time zone"
    return "text" if schema.keys() & {"minLength", "pattern"} else "text, may be empty"


def _schema(said: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in said:
        return said
    found: Mapping[str, Any] = schemas[said["$ref"].rsplit("/", 1)[-1]]
    return found
