"""What is asked of every client library, and what has to come of it. Prints a line of JSON for each that was tried."""

import asyncio
import json
import os
import sys
import traceback
from dataclasses import dataclass
from typing import Any, Awaitable, Callable

URL = os.environ["SPAREKEY_URL"]
KEY = os.environ["SPAREKEY_KEY"]

# One model of each family.
BACKS = {
    "openai": "oai/gpt-4.1",
    "anthropic": "ant/claude-sonnet-4-5",
    "gemini": "gem/gemini-2.5-flash",
    "bedrock": "bed/anthropic.claude-sonnet-4-5-v1:0",
}

QUESTION = "what does the gateway do?"
# The simulator calls the tool that it reads of, with the JSON behind the name.
LOOKUP = 'Use get_weather {"city":"Oslo"}, please.'
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP6DwABBQECz6AuzQAAAABJRU5ErkJggg=="
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


# Clients keep their connections: they are bound to the loop on which these were opened.
LOOP = asyncio.new_event_loop()


def get_weather(city: str) -> str:
    """Tells the weather."""
    return f"snow in {city}"


@dataclass
class Client:
    """One library, pointed at the gateway. What it does not have is None."""

    name: str
    plain: Callable[[str], str]
    # The pieces in which the answer came.
    stream: Callable[[str], list[str]]
    # Asks LOOKUP with the tool get_weather, runs what is called, and tells the answer to its result.
    tools: Callable[[str], str] | None
    # Asks QUESTION beside PNG.
    image: Callable[[str], str] | None
    # The city that a model names in an object of CITY's schema, where the user says "Oslo".
    structured: Callable[[str], str] | None
    # Plain, and without blocking.
    aplain: Callable[[str], Awaitable[str]]
    # The library's class for a request that the provider refuses, and for a key that is not known.
    refusal: type[BaseException]
    unauthorized: type[BaseException]
    # Plain, with another key.
    plain_with: Callable[[str, str], str]
    least_pieces: int = 2


def _check_plain(client: Client, model: str) -> None:
    text = client.plain(model)
    assert QUESTION in text, text


def _check_stream(client: Client, model: str) -> None:
    pieces = [piece for piece in client.stream(model) if piece]
    assert QUESTION in "".join(pieces), pieces
    assert len(pieces) >= client.least_pieces, pieces


def _check_tools(client: Client, model: str) -> None:
    assert client.tools is not None
    text = client.tools(model)
    assert "snow in Oslo" in text, text


def _check_image(client: Client, model: str) -> None:
    assert client.image is not None
    text = client.image(model)
    assert "image/png" in text, text


def _check_structured(client: Client, model: str) -> None:
    assert client.structured is not None
    city = client.structured(model)
    assert "Oslo" in city, city


def _check_async(client: Client, model: str) -> None:
    text = LOOP.run_until_complete(client.aplain(model))
    assert QUESTION in text, text


def _check_refusal(client: Client, model: str) -> None:
    _raises(client.refusal, lambda: client.plain(f"{model}--refused"))


def _check_key(client: Client, model: str) -> None:
    _raises(client.unauthorized, lambda: client.plain_with("sk-nobody-0123456789abcdef", model))


def _raises(kind: type[BaseException], call: Callable[[], Any]) -> None:
    try:
        answer = call()
    except kind:
        return
    raise AssertionError(f"nothing was raised: {answer!r}")


CHECKS: dict[str, tuple[Callable[[Client, str], None], str | None]] = {
    "plain": (_check_plain, None),
    "stream": (_check_stream, None),
    "tools": (_check_tools, "tools"),
    "image": (_check_image, "image"),
    "schema": (_check_structured, "structured"),
    "async": (_check_async, None),
    "refusal": (_check_refusal, None),
    "key": (_check_key, None),
}


def run(client: Client) -> None:
    """Tries everything at every family. Exits with 1 where anything fails."""
    failed = False
    for back, model in BACKS.items():
        for check, (function, needs) in CHECKS.items():
            if needs is not None and getattr(client, needs) is None:
                _tell(client, back, check, "absent", "")
                continue
            try:
                function(client, model)
                _tell(client, back, check, "passed", "")
            except Exception:
                failed = True
                _tell(client, back, check, "failed", traceback.format_exc(limit=-3, chain=False))
    sys.exit(1 if failed else 0)


def _tell(client: Client, back: str, check: str, outcome: str, detail: str) -> None:
    print(
        json.dumps({"client": client.name, "back": back, "check": check, "outcome": outcome, "detail": detail}),
        flush=True,
    )
