"""Pydantic AI through Anthropic’s messages."""

from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.anthropic import AnthropicModel as Model
from pydantic_ai.providers.anthropic import AnthropicProvider as Provider

from pydantic_agents import City, try_agents
from suite import URL

try_agents(
    "pydantic-ai anthropic",
    lambda key, model: Model(model, provider=Provider(api_key=key, base_url=URL)),
    ModelHTTPError,
    ModelHTTPError,
    # By a tool that has to be called: of names that it does not know, it takes no model for one that keeps to a schema.
    output=City,
)
