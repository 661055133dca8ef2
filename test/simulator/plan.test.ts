import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { OpenAI } from 'openai';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { Response, ResponseStreamEvent } from 'openai/resources/responses/responses';
import type { Stream } from 'openai/streaming';
import { simulatorFor } from './client.ts';

const PARAMETERS = { type: 'object', properties: { path: { type: 'string' } } };
const TOOLS = ['read', 'house__write', 'run'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: PARAMETERS },
}));
const PLAN = 'Go. plan: [{"read":{"path":"a"}},{"write":{"path":"[b]"},"run":"ls"}] That is all.';

/** What is called in one turn after the other until the model answers in words. */
async function turns(api: OpenAI, content: string, more: object = {}): Promise<readonly string[][]> {
  const messages: ChatCompletionMessageParam[] = [{ role: 'user', content }];
  const called: string[][] = [];
  while (called.length < 9) {
    const { choices } = await api.chat.completions.create({ model: 'm', messages, tools: TOOLS, ...more });
    const message = choices[0]?.message;
    assert.ok(message !== undefined);
    messages.push(message);
    const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function');
    called.push(calls.map(({ function: { name, arguments: text } }) => `${name} ${text}`));
    if (calls.length === 0) return called;
    messages.push(
      ...calls.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content: 'read it' })),
    );
  }
  return called;
}

void suite('a plan', () => {
  void test('is followed step by step, and then it is over', async (t) => {
    const api = new OpenAI({ baseURL: (await simulatorFor(t)).url, apiKey: 'k', maxRetries: 0 });
    const [read, write, run] = ['read {"path":"a"}', 'house__write {"path":"[b]"}', 'run {"path":"ls"}'];
    assert.deepEqual(await turns(api, PLAN), [[read], [write, run], []]);
    assert.deepEqual(await turns(api, PLAN, { parallel_tool_calls: false }), [[read], [write], [run], []]);
    assert.deepEqual(await turns(api, PLAN, { tool_choice: 'none' }), [[]]);
  });

  void test('is what a summary holds, as far as it is left, and goes on from there', async (t) => {
    const api = new OpenAI({ baseURL: (await simulatorFor(t)).url, apiKey: 'k', maxRetries: 0 });
    const call = { id: 'c', type: 'function' as const, function: { name: 'read', arguments: '{}' } };
    const messages: ChatCompletionMessageParam[] = [
      { role: 'user', content: PLAN },
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c', content: 'read it' },
      { role: 'user', content: 'Write a summary of read {"path":"a"}.' },
    ];
    const { choices } = await api.chat.completions.create({ model: 'm', messages, tools: TOOLS });
    assert.equal(choices[0]?.message.tool_calls, undefined);
    const summary = choices[0]?.message.content ?? '';
    const without = await api.chat.completions.create({ model: 'm', messages: messages.slice(0, -1) });
    assert.equal(without.choices[0]?.message.content, summary);
    assert.match(summary, /what is left of the plan: \[\{"write":\{"path":"\[b\]"\},"run":"ls"\}\] \[sim:/u);
    const rest = [['house__write {"path":"[b]"}', 'run {"path":"ls"}'], []];
    assert.deepEqual(await turns(api, summary), rest);
    assert.deepEqual(await turns(api, `${PLAN} ${summary}`), rest);
  });

  void test('calls custom tools, and those of namespaces that came as an item of the conversation', async (t) => {
    const api = new OpenAI({ baseURL: (await simulatorFor(t)).url, apiKey: 'k', maxRetries: 0 });
    const tools = [{ type: 'namespace', name: 'functions', tools: [{ type: 'custom', name: 'exec' }] }];
    const input = [
      { type: 'additional_tools', role: 'developer', tools },
      { role: 'user', content: 'plan: [{"exec":"text(1)"}]' },
    ];
    const asked = { model: 'm', store: false };
    const body = { ...asked, stream: true, input };
    const events = await Array.fromAsync(
      await api.post<Stream<ResponseStreamEvent>>('/responses', { body, stream: true }),
    );
    const deltas = events.filter((each) => each.type === 'response.custom_tool_call_input.delta');
    assert.equal(deltas.map(({ delta }) => delta).join(''), 'text(1)');
    const last = events.at(-1);
    assert.ok(last?.type === 'response.completed');
    const call = last.response.output.at(-1);
    assert.ok(call?.type === 'custom_tool_call');
    assert.deepEqual([call.namespace, call.name, call.input], ['functions', 'exec', 'text(1)']);
    const result = { type: 'custom_tool_call_output', call_id: call.call_id, output: 'one' };
    const { output } = await api.post<Response>('/responses', {
      body: { ...asked, input: [...input, ...last.response.output, result] },
    });
    const [message] = output;
    assert.ok(message?.type === 'message' && message.content[0]?.type === 'output_text');
    assert.match(
      message.content[0].text,
      /^You said: a plan, of which 1 of 1 calls are done \(exec answered: one\)/u,
    );
  });
});
