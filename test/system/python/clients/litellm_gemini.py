"""LiteLLM, as a library, through Gemini's content."""

from litellm_models import try_dialect
from suite import URL

# Of a model that it does not know it asks for a schema in words, which no stand-in reads.
try_dialect("litellm gemini", "gemini", f"{URL}/v1beta", sends_schemas=False)
