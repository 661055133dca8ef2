"""LiteLLM, as a library, through Gemini's content."""

from litellm_models import try_dialect
from suite import URL

try_dialect("litellm gemini", "gemini", f"{URL}/v1beta")
