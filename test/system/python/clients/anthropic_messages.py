"""Anthropic's library."""

from anthropic import Anthropic, AsyncAnthropic, AuthenticationError, BadRequestError
from pydantic import BaseModel

from suite import CITY, KEY, LOOKUP, PNG, QUESTION, URL, Client, get_weather, run

client = Anthropic(base_url=URL, api_key=KEY, max_retries=0)
asynchronous = AsyncAnthropic(base_url=URL, api_key=KEY, max_retries=0)
TOOLS = [{"name": "get_weather", "description": "Weather.", "input_schema": CITY}]


class City(BaseModel):
    city: str


def user(content):
    return [{"role": "user", "content": content}]


def text_of(message):
    return "".join(block.text for block in message.content if block.type == "text")


def plain(model):
    return text_of(client.messages.create(model=model, max_tokens=1024, messages=user(QUESTION)))


def plain_with(key, model):
    other = client.with_options(api_key=key)
    return text_of(other.messages.create(model=model, max_tokens=1024, messages=user(QUESTION)))


def stream(model):
    with client.messages.stream(model=model, max_tokens=1024, messages=user(QUESTION)) as events:
        pieces = list(events.text_stream)
        assert text_of(events.get_final_message()) == "".join(pieces)
        return pieces


def tools(model):
    # With thinking, whose signature has to come back.
    thinking = {"type": "enabled", "budget_tokens": 1024} if not model.startswith("oai/") else {"type": "disabled"}
    asked = {"model": model, "max_tokens": 4096, "tools": TOOLS, "thinking": thinking}
    messages = user(LOOKUP)
    message = client.messages.create(messages=messages, **asked)
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": get_weather(**block.input)}
        for block in message.content
        if block.type == "tool_use"
    ]
    messages += [{"role": "assistant", "content": message.content}, {"role": "user", "content": results}]
    return text_of(client.messages.create(messages=messages, **asked))


def image(model):
    source = {"type": "base64", "media_type": "image/png", "data": PNG}
    parts = [{"type": "image", "source": source}, {"type": "text", "text": QUESTION}]
    return text_of(client.messages.create(model=model, max_tokens=1024, messages=user(parts)))


def structured(model):
    answer = client.messages.parse(model=model, max_tokens=1024, messages=user("Oslo"), output_format=City)
    return answer.parsed_output.city


async def aplain(model):
    return text_of(await asynchronous.messages.create(model=model, max_tokens=1024, messages=user(QUESTION)))


run(
    Client(
        name="anthropic",
        plain=plain,
        stream=stream,
        tools=tools,
        image=image,
        structured=structured,
        aplain=aplain,
        refusal=BadRequestError,
        unauthorized=AuthenticationError,
        plain_with=plain_with,
    )
)
