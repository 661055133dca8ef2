import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { asObject, objectsOf, parseObject } from '../../../../src/base/json.ts';
import { chatClientCodec } from '../../../../src/translate/client/codecs.ts';
import { CONTEXT, finish, wholeAnswer } from '../sdk-responses.ts';

const GRAMMAR = { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } };
const BODY = {
  tools: [{ type: 'custom', custom: { name: 'exec', description: 'Runs it.', format: GRAMMAR } }],
  tool_choice: { type: 'custom', custom: { name: 'exec' } },
  messages: [
    { role: 'user', content: 'go' },
    {
      role: 'assistant',
      content: [{ type: 'refusal', refusal: 'No.' }],
      tool_calls: [{ id: 'c1', type: 'custom', custom: { name: 'exec', input: 'ls' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'a' },
  ],
};
const CALL = { type: 'tool-call' as const, toolCallId: 'c1', toolName: 'exec', input: '{"input":"ls"}' };
const WRITTEN = { id: 'c1', type: 'custom', custom: { name: 'exec', input: 'ls' } };

function context() {
  const { clientTools = [] } = chatClientCodec.decodeRequest(BODY);
  return { ...CONTEXT, clientTools };
}

void suite('custom tools of chats', () => {
  void test('are functions of one text, whose grammar is described', () => {
    const { tools, toolChoice } = chatClientCodec.decodeRequest(BODY).options;
    const [tool] = tools ?? [];
    assert.ok(tool?.type === 'function');
    assert.equal(tool.name, 'exec');
    assert.equal(tool.description, 'Runs it.\n\nThe input follows this lark grammar:\nstart: "a"');
    assert.deepEqual(toolChoice, { type: 'tool', toolName: 'exec' });
  });

  void test('have calls in the conversation, beside what the assistant refused', () => {
    const { prompt } = chatClientCodec.decodeRequest(BODY).options;
    assert.deepEqual(prompt[1], {
      role: 'assistant',
      content: [
        { type: 'text', text: 'No.' },
        { type: 'tool-call', toolCallId: 'c1', toolName: 'exec', input: { input: 'ls' } },
      ],
    });
  });

  void test('are called as what they are, in whole answers', () => {
    const answer = parseObject(
      JSON.stringify(chatClientCodec.encodeResponse(wholeAnswer([CALL]), context())),
    );
    assert.deepEqual(answer?.['choices'], [
      {
        index: 0,
        message: { role: 'assistant', content: null, refusal: null, tool_calls: [WRITTEN] },
        logprobs: null,
        finish_reason: 'tool_calls',
      },
    ]);
  });

  void test('are called as what they are, in streams', () => {
    const encoder = chatClientCodec.encodeStream(context());
    const text =
      encoder.encode({ type: 'tool-input-start', id: 'c1', toolName: 'exec' }) +
      encoder.encode({ type: 'tool-input-delta', id: 'c1', delta: '{"input":' }) +
      encoder.encode(CALL) +
      encoder.encode(finish());
    const choices = text
      .split('\n')
      .flatMap((line) => objectsOf(parseObject(line.slice('data: '.length))?.['choices']));
    const calls = choices.flatMap(({ delta }) => objectsOf(asObject(delta)?.['tool_calls']));
    assert.deepEqual(calls, [{ index: 0, ...WRITTEN }]);
    assert.equal(choices.at(-1)?.['finish_reason'], 'tool_calls');
  });
});
