"""LangChain through OpenAI's responses."""

from langchain_openai import ChatOpenAI
from openai import AuthenticationError, BadRequestError

from langchain_models import try_models
from suite import KEY, URL

try_models(
    "langchain-openai responses",
    lambda key, model: ChatOpenAI(
        model=model, api_key=key, base_url=f"{URL}/v1", max_retries=0, use_responses_api=True, store=False
    ),
    BadRequestError,
    AuthenticationError,
    KEY,
)
