"""LangChain through OpenAI's chat completions."""

from langchain_openai import ChatOpenAI
from openai import AuthenticationError, BadRequestError

from langchain_models import try_models
from suite import KEY, URL

try_models(
    "langchain-openai",
    lambda key, model: ChatOpenAI(model=model, api_key=key, base_url=f"{URL}/v1", max_retries=0, stream_usage=True),
    BadRequestError,
    AuthenticationError,
    KEY,
)
