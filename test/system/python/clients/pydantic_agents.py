"""What Pydantic AI has in common for all models: agents are made of them alike."""

import base64

from pydantic import BaseModel
from pydantic_ai import Agent, BinaryContent, NativeOutput

from suite import KEY, LOOKUP, LOOP, PNG, QUESTION, Client, get_weather, run


class City(BaseModel):
    """A city."""

    city: str


def try_agents(name, model_with, refusal, unauthorized, output=NativeOutput(City)):
    """Runs everything. `model_with` makes a model of a key and a name."""

    def agent(model, **options):
        return Agent(model_with(KEY, model), retries=0, **options)

    def stream(model):
        async def pieces():
            async with agent(model).run_stream(QUESTION) as result:
                return [piece async for piece in result.stream_text(delta=True, debounce_by=None)]

        return LOOP.run_until_complete(pieces())

    def image(model):
        shown = BinaryContent(data=base64.b64decode(PNG), media_type="image/png")
        return agent(model).run_sync([QUESTION, shown]).output

    async def aplain(model):
        return (await agent(model).run(QUESTION)).output

    run(
        Client(
            name=name,
            plain=lambda model: agent(model).run_sync(QUESTION).output,
            stream=stream,
            tools=lambda model: agent(model, tools=[get_weather]).run_sync(LOOKUP).output,
            image=image,
            structured=lambda model: agent(model, output_type=output).run_sync("Oslo").output.city,
            aplain=aplain,
            refusal=refusal,
            unauthorized=unauthorized,
            plain_with=lambda key, model: Agent(model_with(key, model), retries=0).run_sync(QUESTION).output,
        )
    )
