"""LangChain through Anthropic's messages."""

from anthropic import AuthenticationError, BadRequestError
from langchain_anthropic import ChatAnthropic

from langchain_models import try_models
from suite import KEY, URL

try_models(
    "langchain-anthropic",
    lambda key, model: ChatAnthropic(model=model, api_key=key, base_url=URL, max_retries=0, max_tokens=1024),
    BadRequestError,
    AuthenticationError,
    KEY,
    method="json_schema",
)
