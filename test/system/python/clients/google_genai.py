"""Google's library."""

import base64

from google import genai
from google.genai import errors, types
from pydantic import BaseModel

from suite import KEY, LOOKUP, PNG, QUESTION, URL, Client, get_weather, run


class City(BaseModel):
    city: str


class Unauthorized(Exception):
    """The library has one class for all refusals, which differ by their code."""


def client_with(key):
    return genai.Client(api_key=key, vertexai=False, http_options=types.HttpOptions(base_url=URL))


client = client_with(KEY)


def plain(model):
    return client.models.generate_content(model=model, contents=QUESTION).text


def plain_with(key, model):
    other = client_with(key)
    try:
        return other.models.generate_content(model=model, contents=QUESTION).text
    except errors.ClientError as error:
        raise Unauthorized from error if error.code == 401 else error


def stream(model):
    return [chunk.text for chunk in client.models.generate_content_stream(model=model, contents=QUESTION)]


def tools(model):
    # It runs the function by itself.
    config = types.GenerateContentConfig(
        tools=[get_weather],
        thinking_config=types.ThinkingConfig(thinking_budget=1024, include_thoughts=True),
    )
    return client.models.generate_content(model=model, contents=LOOKUP, config=config).text


def image(model):
    shown = types.Part.from_bytes(data=base64.b64decode(PNG), mime_type="image/png")
    return client.models.generate_content(model=model, contents=[shown, QUESTION]).text


def structured(model):
    config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=City)
    return client.models.generate_content(model=model, contents="Oslo", config=config).parsed.city


async def aplain(model):
    return (await client.aio.models.generate_content(model=model, contents=QUESTION)).text


run(
    Client(
        name="google-genai",
        plain=plain,
        stream=stream,
        tools=tools,
        image=image,
        structured=structured,
        aplain=aplain,
        refusal=errors.ClientError,
        unauthorized=Unauthorized,
        plain_with=plain_with,
    )
)
