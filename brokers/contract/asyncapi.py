"""The AsyncAPI document of the queue contract, from the gateway's side.

FastStream describes each message on each broker, as if it alone were on its queue; the descriptions are
joined here, and completed with what FastStream has no words for: headers, examples, streams and arguments.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from faststream.nats import JStream, NatsBroker, PullSub
from faststream.rabbit import QueueType, RabbitBroker, RabbitQueue
from faststream.specification import AsyncAPI
from pydantic import BaseModel

from brokers.contract.examples import CORRECTION, DELIVERY, RECEIPT
from brokers.contract.models import (
    POISON_WORDS,
    DeadLetterHeaders,
    DodeBrief,
    HulpvraagIngediend,
    HulpvraagOntvangen,
    HulpvraagVerplaatst,
)
from brokers.nats_streams import consumer_config, stream_config
from brokers.rabbit_queues import queue_arguments
from brokers.topology import Queue, Topology
from dossier.cloud_events import CONTENT_TYPE
from dossier.correction import CORRECTION_TYPE
from dossier.delivery import DELIVERY_TYPE, RECEIPT_TYPE

_TOPOLOGY = Topology()
_TITLE = "Queue contract of the Kindkans gateway"
_DESCRIPTION = """\
CloudEvents 1.0 in JSON, in the Dutch NL GOV profile, between the gateway and Kindkans (the store). What is
said of sending and receiving is the gateway's side: what it sends, the store receives. Subjects on NATS
JetStream (streams `kindkans-hulpvraag` and so on), quorum queues on RabbitMQ.

At least once: a consumer keeps an inbox by `id`, without a time window. Of one dossier the versions come in
order; still, take the highest. Unknown fields are ignored; an unknown `schemaversie` is refused."""
_SERVERS = {
    "nats": "NATS JetStream: the embedded one, or a cluster of 2.10.23 or later.",
    "rabbitmq": "RabbitMQ, with quorum queues; messages go through the default exchange.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    key: str
    queue: Queue
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One kind of message on one channel."""

    name: str
    channel: Channel
    sent: bool  # by the gateway; else received
    model: type[BaseModel]
    about: str = ""  # where in the message stands the id of the event that it is about
    example: bytes = b""
    headers: type[BaseModel] | None = None


HULPVRAAG = Channel(key="hulpvraag", queue=_TOPOLOGY.deliveries, text="From gateway to store.")
ONTVANGST = Channel(key="ontvangst", queue=_TOPOLOGY.receipts, text="From store to gateway.")
DOOD = Channel(
    key="dood",
    queue=_TOPOLOGY.dead_letters,
    text=f"Dead letters, kept {_TOPOLOGY.dead_letter_days} days for looking. Nobody consumes them.",
)
CHANNELS = (HULPVRAAG, ONTVANGST, DOOD)
MESSAGES = (
    Message(
        name=DELIVERY_TYPE,
        channel=HULPVRAAG,
        sent=True,
        model=HulpvraagIngediend,
        about="$message.payload#/id",
        example=DELIVERY.encode(),
    ),
    Message(
        name=CORRECTION_TYPE,
        channel=HULPVRAAG,
        sent=True,
        model=HulpvraagVerplaatst,
        about="$message.payload#/id",
        example=CORRECTION.encode(),
    ),
    Message(
        name=RECEIPT_TYPE,
        channel=ONTVANGST,
        sent=False,
        model=HulpvraagOntvangen,
        about="$message.payload#/data/gebeurtenis",
        example=RECEIPT.encode(),
    ),
    Message(
        name="dode-brief",
        channel=DOOD,
        sent=True,
        model=DodeBrief,
        headers=DeadLetterHeaders,
    ),
)


# Of nats-py's own words; the number of replicas is the installation's.
_STREAM = ("name", "subjects", "storage", "retention", "discard", "max_bytes", "max_age", "duplicate_window")
_CONSUMER = ("durable_name", "deliver_policy", "ack_policy", "ack_wait", "max_deliver", "max_ack_pending")


def document() -> dict[str, Any]:
    whole: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {"title": _TITLE, "version": version("kindkans-gateway"), "description": _DESCRIPTION},
        "defaultContentType": CONTENT_TYPE,
        "servers": {},
        "channels": {},
        "operations": {},
        "components": {"messages": {}, "schemas": {}},
    }
    for message in MESSAGES:
        for server, describe in _BROKERS.items():
            _join(whole, server, message, describe(message))
    whole["components"]["schemas"]["PoisonCode"]["x-meanings"] = {
        code.value: words for code, words in POISON_WORDS.items()
    }
    return whole


# --- what FastStream says of one message on one broker ---


def _on_nats(message: Message) -> AsyncAPI:
    broker, queue = NatsBroker("nats://nats.example:4222"), message.channel.queue
    stream = JStream(queue.stream, declare=False)
    if message.sent:
        broker.publisher(queue.subject, stream=stream, schema=message.model, title=message.channel.key)
    else:
        subscriber = broker.subscriber(
            queue.subject,
            stream=stream,
            durable=queue.consumer,
            pull_sub=PullSub(),
            title=message.channel.key,
        )
        subscriber(_handler(message.model))
    return AsyncAPI(broker, schema_version="3.0.0")


def _on_rabbitmq(message: Message) -> AsyncAPI:
    broker, subject = RabbitBroker("amqp://rabbitmq.example:5672/"), message.channel.queue.subject
    queue = RabbitQueue(subject, queue_type=QueueType.QUORUM, durable=True, declare=False)
    if message.sent:
        broker.publisher(queue, schema=message.model, title=message.channel.key, persist=True, mandatory=True)
    else:
        broker.subscriber(queue, title=message.channel.key)(_handler(message.model))
    return AsyncAPI(broker, schema_version="3.0.0")


_BROKERS: dict[str, Callable[[Message], AsyncAPI]] = {"nats": _on_nats, "rabbitmq": _on_rabbitmq}


def _handler(model: type[BaseModel]) -> Callable[[Any], None]:
    def handle(event: Any) -> None:
        raise NotImplementedError  # it is described, never run

    handle.__annotations__["event"] = model
    return handle


# --- joined and completed ---


def _join(whole: dict[str, Any], server: str, message: Message, described: AsyncAPI) -> None:
    part = json.loads(described.to_specification().to_json())
    [[_, place]] = part["servers"].items()
    whole["servers"][server] = place | {"description": _SERVERS[server]}
    [[_, channel]] = part["channels"].items()
    [[_, operation]] = part["operations"].items()
    [[_, said]] = part["components"]["messages"].items()
    _join_channel(whole["channels"], server, message, channel)
    _join_operation(whole["operations"], message, operation)
    whole["components"]["messages"][message.name] = _complete_message(message, said)
    for name, schema in part["components"]["schemas"].items():
        _without_titles(schema)
        if whole["components"]["schemas"].setdefault(name, schema) != schema:
            raise ValueError(f"two schemas have the name {name}")
    if message.headers is not None:
        headers = message.headers.model_json_schema()
        _without_titles(headers)
        whole["components"]["schemas"][message.headers.__name__] = headers


def _join_channel(channels: dict[str, Any], server: str, message: Message, said: dict[str, Any]) -> None:
    key, queue = message.channel.key, message.channel.queue
    ours = channels.setdefault(
        key,
        {
            "address": said["address"],
            "description": message.channel.text,
            "servers": [],
            "messages": {},
            "bindings": {},
            "x-jetstream": _jetstream(queue),
            "x-rabbitmq": queue_arguments(_TOPOLOGY, queue),
        },
    )
    if _ref("servers", server) not in ours["servers"]:
        ours["servers"].append(_ref("servers", server))
    ours["messages"][message.name] = _ref("components", "messages", message.name)
    # FastStream's binding of a publisher names the exchange only; what a reader needs is the queue.
    ours["bindings"] |= said["bindings"] | ({"amqp": _queue_binding(queue)} if server == "rabbitmq" else {})


def _join_operation(operations: dict[str, Any], message: Message, said: dict[str, Any]) -> None:
    key = message.channel.key
    ours = operations.setdefault(
        f"{'verstuur' if message.sent else 'ontvang'}-{key}",
        {"action": said["action"], "channel": _ref("channels", key), "messages": [], "bindings": {}},
    )
    one = _ref("channels", key, "messages", message.name)
    if one not in ours["messages"]:
        ours["messages"].append(one)
    ours["bindings"] |= said.get("bindings", {})


def _complete_message(message: Message, said: dict[str, Any]) -> dict[str, Any]:
    # FastStream's own title and correlation are of its making; so is a header that it adds.
    text = inspect.getdoc(message.model) or ""
    summary, _, more = text.partition("\n\n")
    whole = {
        "name": message.name,
        "title": message.name,
        "summary": summary,
        "description": more or None,
        "contentType": CONTENT_TYPE,
        "correlationId": {"location": message.about} if message.about else None,
        "headers": _ref("components", "schemas", message.headers.__name__) if message.headers else None,
        "payload": said["payload"],
        "examples": [{"payload": json.loads(message.example)}] if message.example else None,
    }
    return {name: value for name, value in whole.items() if value is not None}


def _jetstream(queue: Queue) -> dict[str, Any]:
    """What the stream and its consumer are declared with; durations in seconds."""
    found = {"stream": _some(stream_config(_TOPOLOGY, queue), _STREAM)}
    if queue.consumer:
        found["consumer"] = _some(consumer_config(_TOPOLOGY, queue), _CONSUMER)
    return found


def _some(config: Any, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(config, name) for name in names}
    return {name: getattr(value, "value", value) for name, value in values.items()}


def _queue_binding(queue: Queue) -> dict[str, Any]:
    shape = {"name": queue.subject, "durable": True, "exclusive": False, "autoDelete": False, "vhost": "/"}
    return {"is": "queue", "queue": shape, "bindingVersion": "0.3.0"}


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "/".join(("#", *path))}


def _without_titles(schema: Any) -> None:
    """pydantic's titles only repeat the names."""
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        for inner in schema.values():
            _without_titles(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _without_titles(inner)
