"""What LangChain has in common for all models: they are asked alike."""

from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from pydantic import BaseModel

from suite import LOOKUP, PNG, QUESTION, Client, get_weather, run

weather = tool(get_weather)


class City(BaseModel):
    """A city."""

    city: str


def try_models(name, model_with, refusal, unauthorized, key, **structured_options):
    """Runs everything. `model_with` makes a chat model of a key and a name."""

    def chat(model):
        return model_with(key, model)

    def tools(model):
        bound = chat(model).bind_tools([weather])
        messages = [HumanMessage(LOOKUP)]
        message = bound.invoke(messages)
        messages.append(message)
        for call in message.tool_calls:
            result = weather.invoke(call["args"])
            messages.append(ToolMessage(result, tool_call_id=call["id"]))
        return bound.invoke(messages).text

    def image(model):
        parts = [
            {"type": "text", "text": QUESTION},
            {"type": "image", "base64": PNG, "mime_type": "image/png"},
        ]
        return chat(model).invoke([HumanMessage(content=parts)]).text

    async def aplain(model):
        return (await chat(model).ainvoke(QUESTION)).text

    run(
        Client(
            name=name,
            plain=lambda model: chat(model).invoke(QUESTION).text,
            stream=lambda model: [chunk.text for chunk in chat(model).stream(QUESTION)],
            tools=tools,
            image=image,
            structured=lambda model: chat(model).with_structured_output(City, **structured_options).invoke("Oslo").city,
            aplain=aplain,
            refusal=refusal,
            unauthorized=unauthorized,
            plain_with=lambda other, model: model_with(other, model).invoke(QUESTION).text,
        )
    )
