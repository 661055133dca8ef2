import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withoutSeals } from '../../../src/translate/passed/sealed-history.ts';
import { operationNamed } from '../../../src/dialects/operations/table.ts';
import { idWithState } from '../../../src/translate/opaque-state.ts';

const MARKED = idWithState('call_1', { google: { thoughtSignature: 'theirs' } });
const USER = { role: 'user', content: 'a "signature":"theirs"' };

/** The body without the seals that begin with `theirs`, or are an id that holds one; all that were asked for. */
function unsealed(operation: string, body: object) {
  const asked: string[] = [];
  const bytes = Buffer.from(JSON.stringify(body));
  const { bytes: left } = withoutSeals(bytes, operationNamed(operation), (seal) => {
    asked.push(seal);
    return seal.startsWith('theirs') || seal === MARKED;
  });
  return { left: JSON.parse(left.toString()) as unknown, isSame: left === bytes, asked };
}

function thinking(signature?: string): object {
  return { type: 'thinking', thinking: 'hm', signature };
}

function reasoning(encrypted_content: string | null, id = 'rs_1'): object {
  return {
    type: 'reasoning',
    id,
    summary: [],
    encrypted_content,
  };
}

function part(signature: object): object {
  return { functionCall: { name: 'f' }, ...signature };
}

function chatCall(id: string, signature?: string): object {
  return {
    id,
    type: 'function',
    function: { name: 'f', arguments: '{}' },
    ...(signature !== undefined && { extra_content: { google: { thought_signature: signature } } }),
  };
}

function chatMessage(tool_calls: object[], reasoning_details: object[]): object {
  return {
    role: 'assistant',
    content: null,
    reasoning_details,
    tool_calls,
  };
}

function chatResult(id: string): object {
  return { role: 'tool', tool_call_id: id, content: 'r' };
}

void describe('what a provider cannot read of a conversation', () => {
  void it('goes out of Anthropic’s messages, and what it leaves empty with it', () => {
    const call = { type: 'tool_use', id: MARKED, name: 'f', input: { id: MARKED } };
    const messages = [
      USER,
      { role: 'assistant', content: [thinking('theirs')] },
      {
        role: 'assistant',
        content: [thinking('ours'), thinking(), { type: 'redacted_thinking', data: 'theirs' }, call],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: MARKED, content: 'r' }] },
    ];
    const { left, asked } = unsealed('messages.create', { messages });
    assert.deepEqual(left, {
      messages: [
        USER,
        {
          role: 'assistant',
          content: [{ ...thinking('ours') }, { type: 'thinking', thinking: 'hm' }, { ...call, id: 'call_1' }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'r' }] },
      ],
    });
    assert.deepEqual(asked, ['theirs', 'ours', 'theirs', MARKED, MARKED]);
  });

  void it('goes out of Responses, with the ids of what came after it, and of nothing before', () => {
    const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{}' };
    const message = { type: 'message', id: 'msg_1', role: 'assistant', content: [] };
    const result = { type: 'function_call_output', id: 'fco_1', call_id: 'call_1', output: 'r' };
    const summary = { type: 'compaction', encrypted_content: 'theirs' };
    const input = [
      summary,
      reasoning('ours'),
      message,
      reasoning('theirs'),
      call,
      result,
      reasoning(null, 'theirs'),
      message,
    ];
    const { id: _, ...anonymousCall } = call;
    const { id: __, ...anonymousMessage } = message;
    assert.deepEqual(unsealed('responses.create', { input }).left, {
      input: [summary, reasoning('ours'), message, anonymousCall, result, anonymousMessage],
    });
  });

  void it('goes out of Gemini’s contents, in either spelling, and not the word that stands for none', () => {
    const kept = [
      part({ thoughtSignature: 'ours' }),
      part({ thoughtSignature: 'skip_thought_signature_validator' }),
    ];
    kept.push(part({ thoughtSignature: '' }));
    const parts = [part({ thoughtSignature: 'theirs' }), part({ thought_signature: 'theirs' }), ...kept];
    const { left, asked } = unsealed('gemini.generateContent', { contents: [{ role: 'model', parts }] });
    assert.deepEqual(left, { contents: [{ role: 'model', parts: [part({}), part({}), ...kept] }] });
    assert.deepEqual(asked, ['theirs', 'theirs', 'ours']);
  });

  void it('goes out of chats: details, ids, and signatures, for which Gemini’s word stands', () => {
    const details = [
      { type: 'reasoning.encrypted', data: 'theirs' },
      { type: 'reasoning.text', text: 'hm', signature: 'ours' },
    ];
    const messages = [
      USER,
      chatMessage([chatCall('a', 'theirs'), chatCall(MARKED), chatCall('b', 'ours')], details),
      chatResult(MARKED),
    ];
    assert.deepEqual(unsealed('chat.completions', { messages }).left, {
      messages: [
        USER,
        chatMessage(
          [chatCall('a', 'skip_thought_signature_validator'), chatCall('call_1'), chatCall('b', 'ours')],
          details.slice(1),
        ),
        chatResult('call_1'),
      ],
    });
  });

  void it('is the very same bytes where there is nothing of that', () => {
    for (const [operation, body] of [
      ['messages.create', { messages: [USER] }],
      ['responses.create', { input: 'theirs' }],
      ['responses.create', { input: [USER] }],
      ['gemini.generateContent', { contents: { parts: { text: 'theirs' } } }],
      ['chat.completions', { messages: [USER] }],
      ['embeddings', { input: 'theirs' }],
    ] as const)
      assert.ok(unsealed(operation, body).isSame, operation);
  });
});
