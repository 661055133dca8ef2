"""OpenAI's library, responses."""

import json

from openai import AsyncOpenAI, AuthenticationError, BadRequestError, OpenAI
from pydantic import BaseModel

from suite import CITY, KEY, LOOKUP, PNG, QUESTION, URL, Client, get_weather, run

client = OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0)
asynchronous = AsyncOpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0)
TOOLS = [
    {"type": "function", "name": "get_weather", "description": "Weather.", "parameters": CITY, "strict": True}
]


class City(BaseModel):
    city: str


def plain(model):
    return client.responses.create(model=model, input=QUESTION, store=False).output_text


def plain_with(key, model):
    return client.with_options(api_key=key).responses.create(model=model, input=QUESTION, store=False).output_text


def stream(model):
    with client.responses.stream(model=model, input=QUESTION, store=False) as events:
        pieces = [event.delta for event in events if event.type == "response.output_text.delta"]
        assert events.get_final_response().output_text == "".join(pieces)
        return pieces


def tools(model):
    conversation = [{"role": "user", "content": LOOKUP}]
    response = client.responses.create(model=model, input=conversation, tools=TOOLS, store=False)
    conversation += response.output
    for item in response.output:
        if item.type == "function_call":
            result = get_weather(**json.loads(item.arguments))
            conversation.append({"type": "function_call_output", "call_id": item.call_id, "output": result})
    return client.responses.create(model=model, input=conversation, tools=TOOLS, store=False).output_text


def image(model):
    parts = [
        {"type": "input_text", "text": QUESTION},
        {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}", "detail": "auto"},
    ]
    answer = client.responses.create(model=model, input=[{"role": "user", "content": parts}], store=False)
    return answer.output_text


def structured(model):
    return client.responses.parse(model=model, input="Oslo", text_format=City, store=False).output_parsed.city


async def aplain(model):
    return (await asynchronous.responses.create(model=model, input=QUESTION, store=False)).output_text


run(
    Client(
        name="openai responses",
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
