import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { OpenAI, BadRequestError } from 'openai';
import { sampleOf } from '../../simulator/surface/sample.ts';
import { simulatorFor } from './client.ts';

const FUNCTION = {
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
};
const TOOL = { type: 'function' as const, function: FUNCTION };
const QUESTION = 'Use get_weather {"city":"Oslo"} and get_weather {"city":"Rome"}';
const MESSAGES = [{ role: 'user' as const, content: QUESTION }];

void suite('through OpenAI’s SDK', () => {
  void test('tools that the user names are called side by side, and what they come to is repeated', async (t) => {
    const api = new OpenAI({ baseURL: (await simulatorFor(t)).url, apiKey: 'k', maxRetries: 0 });
    const asked = { model: 'm', messages: MESSAGES, tools: [TOOL] };
    const whole = await api.chat.completions.create(asked);
    const streamed = await api.chat.completions.stream(asked).finalChatCompletion();
    const [choice] = whole.choices;
    assert.equal(choice?.finish_reason, 'tool_calls');
    assert.deepEqual(
      streamed.choices[0]?.message.tool_calls?.map(
        (call) => call.type === 'function' && call.function.arguments,
      ),
      ['{"city":"Oslo"}', '{"city":"Rome"}'],
    );
    const calls = choice.message.tool_calls ?? [];
    const results = calls.map(({ id }, at) => ({
      role: 'tool' as const,
      tool_call_id: id,
      content: `result ${at}`,
    }));
    const messages = [...MESSAGES, choice.message, ...results];
    const answered = await api.chat.completions.create({ ...asked, messages });
    assert.match(
      answered.choices[0]?.message.content ?? '',
      /\(get_weather answered: result 0\) \(get_weather answered: result 1\)/u,
    );
    for (const flawed of [messages.slice(0, -1), [...MESSAGES, ...results]]) {
      const asking = api.chat.completions.create({ ...asked, messages: flawed });
      await assert.rejects(asking, BadRequestError);
    }
  });

  void test('the choice among tools is heeded', async (t) => {
    const api = new OpenAI({ baseURL: (await simulatorFor(t)).url, apiKey: 'k', maxRetries: 0 });
    const asked = { model: 'm', messages: MESSAGES, tools: [TOOL] };
    const called = async (more: object, content = QUESTION): Promise<number> => {
      const messages = [{ role: 'user' as const, content }];
      const { choices } = await api.chat.completions.create({ ...asked, messages, ...more });
      return choices[0]?.message.tool_calls?.length ?? 0;
    };
    assert.equal(await called({}), 2);
    assert.equal(await called({}, 'Hello'), 0);
    assert.equal(await called({ tool_choice: 'none' }), 0);
    assert.equal(await called({ tool_choice: 'required' }, 'Hello'), 1);
    assert.equal(await called({ parallel_tool_calls: false }), 1);
  });

  void test('a response thinks, calls, and goes on from the response before it', async (t) => {
    const api = new OpenAI({ baseURL: (await simulatorFor(t)).url, apiKey: 'k', maxRetries: 0 });
    const asked = {
      model: 'm',
      instructions: 'Be brief.',
      input: QUESTION,
      tools: [{ type: 'function' as const, strict: false, ...FUNCTION }],
      reasoning: { effort: 'low' as const },
      include: ['reasoning.encrypted_content' as const],
    };
    const whole = await api.responses.create(asked);
    const events = await Array.fromAsync(await api.responses.create({ ...asked, stream: true }));
    assert.deepEqual(
      events.map(({ sequence_number: number }) => number),
      events.map((_, at) => at),
    );
    const last = events.at(-1);
    assert.ok(last?.type === 'response.completed');
    assert.deepEqual(last.response.output, whole.output);
    assert.deepEqual(
      whole.output.map(({ type }) => type),
      ['reasoning', 'message', 'function_call', 'function_call'],
    );
    const results = whole.output.flatMap((item) =>
      item.type === 'function_call'
        ? [{ type: 'function_call_output' as const, call_id: item.call_id, output: 'sun' }]
        : [],
    );
    const next = await api.responses.create({
      ...asked,
      previous_response_id: whole.id,
      input: results,
    });
    assert.match(next.output_text, /\(get_weather answered: sun\) \(get_weather answered: sun\)/u);
  });
});

void test('a sample has every property, of the type its schema gives it', () => {
  const schema = {
    type: 'object',
    properties: {
      text: { type: 'string' },
      list: { type: 'array', items: { $ref: '#/$defs/item' }, minItems: 2 },
      least: { type: 'integer', minimum: 7 },
      choice: { enum: ['b', 'a'] },
      variant: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      maybe: { type: ['null', 'boolean'] },
      google: { type: 'OBJECT', properties: { short: { type: 'STRING', maxLength: 2 } } },
    },
    $defs: { item: { const: 1 } },
  };
  assert.deepEqual(sampleOf(schema, 'said'), {
    text: 'said',
    list: [1, 1],
    least: 7,
    choice: 'b',
    variant: null,
    maybe: true,
    google: { short: 'sa' },
  });
});
