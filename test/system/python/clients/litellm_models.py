"""What LiteLLM has in common for all dialects: they are asked in OpenAI's words."""

import json

import litellm

from suite import CITY, KEY, LOOKUP, PNG, QUESTION, Client, get_weather, run

litellm.telemetry = False
litellm.drop_params = False
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "Weather.", "parameters": CITY}}]
FORMAT = {"type": "json_schema", "json_schema": {"name": "city", "strict": True, "schema": CITY}}


def user(content):
    return [{"role": "user", "content": content}]


def try_dialect(name, prefix, base, sends_schemas=True):
    """Runs everything. `prefix` is LiteLLM's name for the dialect."""

    def ask(model, messages, key=KEY, **more):
        return litellm.completion(
            model=f"{prefix}/{model}",
            messages=messages,
            api_base=base,
            api_key=key,
            num_retries=0,
            # Without one, it makes up a limit for a model that it does not know.
            max_tokens=1024,
            **more,
        )

    def text(model, messages, **more):
        return ask(model, messages, **more).choices[0].message.content

    def stream(model):
        chunks = ask(model, user(QUESTION), stream=True)
        return [choice.delta.content for chunk in chunks for choice in chunk.choices]

    def tools(model):
        messages = user(LOOKUP)
        message = ask(model, messages, tools=TOOLS).choices[0].message
        messages.append(message)
        for call in message.tool_calls:
            result = get_weather(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "name": "get_weather", "content": result})
        return text(model, messages, tools=TOOLS)

    def image(model):
        parts = [
            {"type": "text", "text": QUESTION},
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
        ]
        return text(model, user(parts))

    def structured(model):
        return json.loads(text(model, user("Oslo"), response_format=FORMAT))["city"]

    async def aplain(model):
        answer = await litellm.acompletion(
            model=f"{prefix}/{model}", messages=user(QUESTION), api_base=base, api_key=KEY, num_retries=0, max_tokens=1024
        )
        return answer.choices[0].message.content

    run(
        Client(
            name=name,
            plain=lambda model: text(model, user(QUESTION)),
            stream=stream,
            tools=tools,
            image=image,
            structured=structured if sends_schemas else None,
            aplain=aplain,
            refusal=litellm.BadRequestError,
            unauthorized=litellm.AuthenticationError,
            plain_with=lambda key, model: text(model, user(QUESTION), key=key),
        )
    )
