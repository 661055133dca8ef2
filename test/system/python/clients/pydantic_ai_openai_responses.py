"""Pydantic AI through OpenAI’s responses."""

from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.openai import OpenAIResponsesModel as Model
from pydantic_ai.providers.openai import OpenAIProvider as Provider

from pydantic_agents import try_agents
from suite import URL

try_agents(
    "pydantic-ai responses",
    lambda key, model: Model(model, provider=Provider(api_key=key, base_url=f"{URL}/v1")),
    ModelHTTPError,
    ModelHTTPError,
)
