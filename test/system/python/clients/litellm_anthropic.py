"""LiteLLM, as a library, through Anthropic's messages."""

from litellm_models import try_dialect
from suite import URL

try_dialect("litellm anthropic", "anthropic", URL)
