"""OpenAI's library, chat completions."""

import json

from openai import AsyncOpenAI, AuthenticationError, BadRequestError, OpenAI
from pydantic import BaseModel

from suite import CITY, KEY, LOOKUP, PNG, QUESTION, URL, Client, get_weather, run

client = OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0)
asynchronous = AsyncOpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0)
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "Weather.", "parameters": CITY}}]


class City(BaseModel):
    city: str


def user(content):
    return [{"role": "user", "content": content}]


def plain(model):
    return client.chat.completions.create(model=model, messages=user(QUESTION)).choices[0].message.content


def plain_with(key, model):
    other = client.with_options(api_key=key)
    return other.chat.completions.create(model=model, messages=user(QUESTION)).choices[0].message.content


def stream(model):
    chunks = client.chat.completions.create(
        model=model, messages=user(QUESTION), stream=True, stream_options={"include_usage": True}
    )
    return [choice.delta.content for chunk in chunks for choice in chunk.choices]


def tools(model):
    messages = user(LOOKUP)
    message = client.chat.completions.create(model=model, messages=messages, tools=TOOLS).choices[0].message
    messages.append(message)
    for call in message.tool_calls:
        result = get_weather(**json.loads(call.function.arguments))
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    return client.chat.completions.create(model=model, messages=messages, tools=TOOLS).choices[0].message.content


def image(model):
    parts = [
        {"type": "text", "text": QUESTION},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
    ]
    return client.chat.completions.create(model=model, messages=user(parts)).choices[0].message.content


def structured(model):
    answer = client.chat.completions.parse(model=model, messages=user("Oslo"), response_format=City)
    return answer.choices[0].message.parsed.city


async def aplain(model):
    answer = await asynchronous.chat.completions.create(model=model, messages=user(QUESTION))
    return answer.choices[0].message.content


run(
    Client(
        name="openai chat",
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
