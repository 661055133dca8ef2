import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outgoing } from '../outgoing.ts';
import {
  chunksOf,
  event,
  frames,
  plainFrames,
  translatedAtEveryCut,
  translatedStream,
  translatedWhole,
} from './translated.ts';

const path = '/v1/chat/completions';
const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello' },
  { role: 'user', content: 'Bye' },
];
const TEXT = 'SYSTEM: \nBe brief.\nUSER: \nHi\nASSISTANT: \nHello\nUSER: \nBye\n';
const body = { model: 'dify', messages };
const streamed = { ...body, stream: true, stream_options: { include_usage: true } };
const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };

async function sendChat(options: object, more: object = {}, headers: Record<string, string> = {}) {
  return outgoing({ type: 'dify', ...options }, { path, body: { ...body, ...more }, headers });
}

/** The texts of a workflow's stream, which has to be whole. */
async function deltasOf(stream: string): Promise<(string | undefined)[]> {
  const { translator } = await sendChat({ botType: 'Workflow' }, { stream: true });
  const output = await translatedStream(translator, stream);
  assert.ok(output.isWhole);
  return [...output.text.matchAll(/"content":"(\w*)"/g)].map(([, text]) => text);
}

void describe('Dify', () => {
  void it('gets requests by the kind of its application', async () => {
    const common = { response_mode: 'blocking', auto_generate_name: false };
    const chat = await sendChat({}, { user: 'u-1' }, { ConversationId: 'c-1' });
    assert.equal(`${chat.method} ${chat.url}`, 'POST https://api.dify.ai/v1/chat-messages');
    assert.equal(chat.headers['authorization'], 'Bearer first-key-0123456789');
    assert.deepEqual(JSON.parse(chat.body), {
      ...common,
      inputs: {},
      query: TEXT,
      user: 'u-1',
      conversation_id: 'c-1',
    });
    const completion = await sendChat({ botType: 'Completion', difyApiUrl: 'https://dify.example.com/v1' });
    assert.equal(completion.url, 'https://dify.example.com/v1/completion-messages');
    assert.deepEqual(JSON.parse(completion.body), {
      ...common,
      inputs: { query: TEXT },
      query: '',
      user: 'api-user',
      conversation_id: '',
    });
    const workflow = await sendChat({ botType: 'Workflow', inputVariable: 'question' }, { stream: true });
    assert.equal(workflow.url, 'https://api.dify.ai/v1/workflows/run');
    assert.deepEqual(JSON.parse(workflow.body), {
      ...common,
      response_mode: 'streaming',
      inputs: { question: TEXT },
      query: '',
      user: 'api-user',
      conversation_id: '',
    });
    assert.equal(workflow.headers['accept'], 'text/event-stream');
  });

  void it('answers with a completion', async () => {
    const answer = JSON.stringify({
      event: 'message',
      message_id: 'm-1',
      conversation_id: 'c-1',
      answer: 'Good-bye',
      metadata: { usage: { ...usage, total_price: '0.01' } },
    });
    const { translator } = await sendChat({ botType: 'Agent' });
    assert.deepEqual(await translatedWhole(translator, answer), {
      id: 'c-1',
      object: 'chat.completion',
      created: 1795478400,
      model: 'dify',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Good-bye' }, finish_reason: 'stop' }],
      usage,
    });
  });

  void it('answers with the output of a workflow, whatever its kind', async () => {
    const options = { botType: 'Workflow', outputVariable: 'result' };
    for (const [result, content] of [
      ['done', 'done'],
      [{ a: 1 }, '{"a":1}'],
    ] as const) {
      const { translator } = await sendChat(options);
      const run = { data: { workflow_id: 'w-1', status: 'succeeded', outputs: { result } } };
      assert.deepEqual(await translatedWhole(translator, JSON.stringify(run)), {
        id: 'w-1',
        object: 'chat.completion',
        created: 1795478400,
        model: 'dify',
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      });
    }
    const { translator } = await sendChat(options);
    const none = translatedWhole(translator, '{"data":{"outputs":{"other":1}}}');
    await assert.rejects(none, { name: 'TranslationError' });
  });

  void it('streams, wherever its frames are cut', async () => {
    const stream =
      frames(event('ping', '')) +
      plainFrames(
        { event: 'workflow_started', conversation_id: 'c-1' },
        { event: 'message', conversation_id: 'c-1', answer: 'Gü' },
        { event: 'agent_thought', thought: 'hm' },
        { event: 'agent_message', conversation_id: 'c-1', answer: 'te\n\n' },
        { event: 'workflow_finished', data: { status: 'succeeded', outputs: { answer: 'x' } } },
        { event: 'message_end', conversation_id: 'c-1', metadata: { usage } },
      );
    const output = await translatedAtEveryCut(async () => (await sendChat({}, streamed)).translator, stream);
    assert.ok(output.isWhole);
    assert.match(output.text, /"id":"c-1"/);
    assert.deepEqual(chunksOf(output.text), [
      { choices: [{ index: 0, delta: { role: 'assistant', content: 'Gü' }, finish_reason: null }] },
      { choices: [{ index: 0, delta: { content: 'te\n\n' }, finish_reason: null }] },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { choices: [], usage },
      '[DONE]',
    ]);
  });

  void it('streams a workflow as its text comes, or at its end', async () => {
    const started = { event: 'workflow_started', data: { workflow_id: 'w-1' } };
    const finished = {
      event: 'workflow_finished',
      data: { workflow_id: 'w-1', status: 'succeeded', outputs: { text: 'all' } },
    };
    const chunk = { event: 'text_chunk', data: { text: 'al' } };
    const texts = {
      early: plainFrames(started, chunk, chunk, finished),
      late: plainFrames(started, finished),
    };
    assert.deepEqual(await deltasOf(texts.early), ['al', 'al']);
    assert.deepEqual(await deltasOf(texts.late), ['all']);
  });

  void it('has no end marker written that did not come', async () => {
    const { translator } = await sendChat({}, streamed);
    const output = await translatedStream(translator, plainFrames({ event: 'message', answer: 'a' }));
    assert.equal(output.isWhole, false);
    assert.doesNotMatch(output.text, /DONE|stop/);
  });
});
