"""LiteLLM, as a library, through OpenAI's chat completions."""

from litellm_models import try_dialect
from suite import URL

try_dialect("litellm openai", "openai", f"{URL}/v1")
