"""Instructor over OpenAI's library: it asks by a tool that has to be called, or by a schema."""

import instructor
from instructor.core.exceptions import InstructorRetryException
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from suite import KEY, QUESTION, URL, Client, run


class Said(BaseModel):
    """What was said."""

    said: str


class City(BaseModel):
    """A city."""

    city: str


def asking(key, mode=instructor.Mode.TOOLS):
    return instructor.from_openai(OpenAI(base_url=f"{URL}/v1", api_key=key, max_retries=0), mode=mode)


client = asking(KEY)
asynchronous = instructor.from_openai(AsyncOpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0))


def user(content):
    return [{"role": "user", "content": content}]


def plain_with(key, model):
    return asking(key).create(model=model, messages=user(QUESTION), response_model=Said, max_retries=1).said


def stream(model):
    partial = client.create_partial(model=model, messages=user(QUESTION), response_model=Said, max_retries=1)
    seen = [piece.said or "" for piece in partial]
    return [after[len(before) :] for before, after in zip(["", *seen], seen)]


def structured(model):
    strict = asking(KEY, instructor.Mode.JSON_SCHEMA)
    return strict.create(model=model, messages=user("Oslo"), response_model=City, max_retries=1).city


async def aplain(model):
    answer = await asynchronous.create(model=model, messages=user(QUESTION), response_model=Said, max_retries=1)
    return answer.said


run(
    Client(
        name="instructor",
        plain=lambda model: plain_with(KEY, model),
        stream=stream,
        tools=None,
        image=None,
        structured=structured,
        aplain=aplain,
        refusal=InstructorRetryException,
        unauthorized=InstructorRetryException,
        plain_with=plain_with,
        # Gemini does not split calls, and a call is how it asks.
        least_pieces=1,
    )
)
