"""Pydantic AI through Gemini’s content."""

from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.google import GoogleModel as Model
from pydantic_ai.providers.google import GoogleProvider as Provider

from pydantic_agents import try_agents
from suite import URL

try_agents(
    "pydantic-ai google",
    lambda key, model: Model(model, provider=Provider(api_key=key, base_url=URL)),
    ModelHTTPError,
    ModelHTTPError,
)
