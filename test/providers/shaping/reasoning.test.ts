import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { reasoningTranslator } from '../../../src/providers/shaping/reasoning-translator.ts';
import type { ReasoningShaping } from '../../../src/translate/thinking/thinking.ts';
import { gatewayFor } from '../../support/gateway.ts';
import { ask, chat } from '../../support/http.ts';
import { rawAnswer, rawChunk, rawHead, rawUpstream } from '../../support/raw-upstream.ts';

const answers = z.object({ choices: z.array(z.object({ message: z.unknown() })) });

function chunk(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}

/** A chunk of several choices. */
function both(...deltas: readonly object[]): string {
  const choices = deltas.map((delta, index) => ({ index, delta, finish_reason: null }));
  return `data: ${JSON.stringify({ choices })}\n\n`;
}

const DONE = 'data: [DONE]\n\n';
const STREAM = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ reasoning_content: 'R1' }),
  chunk({ reasoning_content: 'R2' }),
  chunk({ content: 'C1' }),
  chunk({ content: 'C2' }),
  chunk({}, 'stop'),
  DONE,
].join('');

/** What a client gets of a stream that comes in pieces of so many bytes. */
async function shaped(shaping: ReasoningShaping, stream: string, bytes = stream.length): Promise<string> {
  let text = '';
  const out = { write: (piece: Buffer) => ((text += piece.toString()), true), onDrain: () => undefined };
  const translator = reasoningTranslator(shaping).translateStream({}, out);
  const all = Buffer.from(stream);
  for (let at = 0; at < all.length; at += bytes) translator.write(all.subarray(at, at + bytes));
  assert.equal(await translator.end(), true);
  return text;
}

const IGNORE: ReasoningShaping = { mode: 'ignore', promote: false };
const CONCAT: ReasoningShaping = { mode: 'concat', promote: false };
const PROMOTE: ReasoningShaping = { mode: 'passthrough', promote: true };

void describe('the thinking in a stream of chat', () => {
  void it('can be left out', async () => {
    const left = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'C1' }),
      chunk({ content: 'C2' }),
    ];
    assert.equal(await shaped(IGNORE, STREAM), left.join('') + chunk({}, 'stop') + DONE);
  });

  void it('can be a part of the content', async () => {
    const chunks = ['<think>R1', 'R2', '</think>\nC1', 'C2'].map((content) => chunk({ content }));
    const opening = chunk({ role: 'assistant', content: '' });
    assert.equal(await shaped(CONCAT, STREAM), opening + chunks.join('') + chunk({}, 'stop') + DONE);
  });

  void it('has the end of its mark where no answer follows, as whole answers have it', async () => {
    const opening = chunk({ role: 'assistant', content: '' });
    const thought = opening + chunk({ reasoning_content: 'R' });
    const shapedThought = opening + chunk({ content: '<think>R' });
    const ended = chunk({ content: '</think>\n' });
    const error = 'data: {"error":{"message":"m"}}\n\n';
    const rows: readonly (readonly [what: string, sent: string, got: string])[] = [
      ['a reason', chunk({}, 'length') + DONE, chunk({ content: '</think>\n' }, 'length') + DONE],
      [
        'a reason beside the last thinking',
        chunk({ reasoning_content: 'S' }, 'stop') + DONE,
        chunk({ content: 'S</think>\n' }, 'stop') + DONE,
      ],
      ['the end marker', DONE, ended + DONE],
      ['the end of the stream', '', ended],
      ['an error', error, ended + error],
    ];
    for (const [what, sent, got] of rows)
      assert.equal(await shaped(CONCAT, thought + sent), shapedThought + got, what);

    let text = '';
    const out = { write: (piece: Buffer) => ((text += piece.toString()), true), onDrain: () => undefined };
    const translator = reasoningTranslator(CONCAT).translateStream({}, out);
    translator.write(Buffer.from(thought));
    await translator.abort();
    assert.equal(text, shapedThought + ended, 'a stream that was cut');
    // A thought that is kept for an answer is none before an error.
    assert.equal(await shaped({ mode: 'concat', promote: true }, thought + error), opening + error);
  });

  void it('is not missed where there is none', async () => {
    const plain = chunk({ role: 'assistant', content: 'C1' }) + chunk({}, 'stop') + DONE;
    for (const shaping of [IGNORE, CONCAT, PROMOTE]) assert.equal(await shaped(shaping, plain), plain);
  });

  void it('is the answer where there is no other', async () => {
    const stream =
      chunk({ reasoning_content: 'R1' }) +
      chunk({ reasoning: 'R2', content: ' ' }) +
      chunk({}, 'stop') +
      DONE;
    assert.equal(
      await shaped(PROMOTE, stream),
      chunk({ content: ' ' }) + chunk({ content: 'R1R2' }, 'stop') + DONE,
    );
    assert.match(
      await shaped(PROMOTE, chunk({ reasoning_content: 'R1' }) + DONE),
      /"content":"R1".*\n\ndata: \[DONE\]\n\n$/,
    );
  });

  void it('is sent as thinking, late, where an answer follows after all', async () => {
    const opening = chunk({ role: 'assistant', content: '' });
    const rest = chunk({ content: 'C2' }) + chunk({}, 'stop') + DONE;
    const late = chunk({ content: 'C1', reasoning_content: 'R1R2' });
    assert.equal(await shaped(PROMOTE, STREAM), opening + late + rest);
    const all = { mode: 'concat', promote: true } as const;
    assert.equal(await shaped(all, STREAM), opening + chunk({ content: '<think>R1R2</think>\nC1' }) + rest);
  });

  void it('is no answer beside a call of a tool', async () => {
    const call = { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] };
    const stream = chunk({ reasoning_content: 'R' }) + chunk(call) + chunk({}, 'tool_calls') + DONE;
    assert.equal(
      await shaped(PROMOTE, stream),
      chunk({ ...call, reasoning_content: 'R' }) + chunk({}, 'tool_calls') + DONE,
    );
    assert.equal(
      await shaped(CONCAT, stream),
      chunk({ content: '<think>R' }) +
        chunk({ ...call, content: '</think>\n' }) +
        chunk({}, 'tool_calls') +
        DONE,
    );
  });

  void it('belongs to its choice', async () => {
    const stream =
      both({ reasoning_content: 'R' }, { reasoning_content: 'S' }) + both({ content: 'C' }, {}) + DONE;
    assert.equal(
      await shaped(CONCAT, stream),
      both({ content: '<think>R' }, { content: '<think>S' }) +
        both({ content: '</think>\nC' }, {}) +
        'data: {"choices":[{"index":1,"delta":{"content":"</think>\\n"},"finish_reason":null}]}\n\n' +
        DONE,
    );
    assert.equal(
      await shaped(PROMOTE, stream),
      `${both({ content: 'C', reasoning_content: 'R' }, {})}data: {"choices":[{"index":1,"delta":{"content":"S"},"finish_reason":null}]}\n\n${DONE}`,
    );
  });

  void it('after the answer stays what it is, and what is not concerned stays as it is written', async () => {
    const odd =
      'data: { "id":"x","big":123456789012345678901234567890,"choices":[{"index":0,"delta":{"content":"\\u00e9"}}]}\n\n';
    const late = chunk({ content: 'C' }) + chunk({ reasoning_content: 'late' }) + odd + DONE;
    assert.equal(await shaped(CONCAT, late), late);
    assert.equal(await shaped(PROMOTE, late), late);
    const error = 'data: {"error":{"message":"m"}}\n\n';
    const usage = 'data: {"choices":[],"usage":{"total_tokens":1e2}}\n\n';
    for (const shaping of [IGNORE, CONCAT, PROMOTE])
      assert.equal(await shaped(shaping, odd + usage + error + DONE), odd + usage + error + DONE);
  });

  void it('that becomes the answer at the end has the marks of its stream', async () => {
    const first = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 5, model: 'm' };
    const choice = { index: 0, delta: { reasoning_content: 'R' }, finish_reason: null };
    const stream = `data: ${JSON.stringify({ ...first, choices: [choice] })}\n\n${DONE}`;
    const promoted = { ...first, choices: [{ index: 0, delta: { content: 'R' }, finish_reason: null }] };
    assert.equal(await shaped(PROMOTE, stream), `data: ${JSON.stringify(promoted)}\n\n${DONE}`);
  });

  void it('comes out the same however the stream is cut', async () => {
    for (const shaping of [IGNORE, CONCAT, PROMOTE]) {
      const uncut = await shaped(shaping, STREAM);
      for (let bytes = 1; bytes < 40; bytes++) assert.equal(await shaped(shaping, STREAM, bytes), uncut);
    }
  });
});

async function whole(shaping: ReasoningShaping, message: object): Promise<unknown> {
  const body = Buffer.from(JSON.stringify({ choices: [{ index: 0, message }] }));
  const shapedBody = await reasoningTranslator(shaping).translateWhole(200, {}, body);
  return answers.parse(JSON.parse(shapedBody.toString())).choices[0]?.message;
}

void describe('the thinking in a whole answer', () => {
  const message = { role: 'assistant', content: 'C', reasoning_content: 'R' };

  void it('goes, becomes content, or stays', async () => {
    assert.deepEqual(await whole(IGNORE, message), { role: 'assistant', content: 'C' });
    assert.deepEqual(await whole(CONCAT, message), { role: 'assistant', content: '<think>R</think>\nC' });
    assert.deepEqual(await whole(PROMOTE, message), message);
    assert.deepEqual(await whole(PROMOTE, { ...message, content: ' \n' }), {
      role: 'assistant',
      content: 'R',
    });
  });

  void it('is no answer beside a call of a tool, nor in place of parts', async () => {
    for (const more of [{ content: null, tool_calls: [{ id: 'c' }] }, { content: [{ type: 'text' }] }]) {
      const other = { ...message, ...more };
      assert.deepEqual(await whole(PROMOTE, other), other);
    }
  });

  void it('and an answer that is not concerned stays byte for byte', async () => {
    const written = Buffer.from('{ "choices":[{"message":{"content":"\\u00e9"},"n":1e400}], "x":1 }\n');
    for (const shaping of [IGNORE, CONCAT, PROMOTE])
      assert.ok((await reasoningTranslator(shaping).translateWhole(200, {}, written)).equals(written));
  });
});

void describe('over real sockets', () => {
  void it('shaping reaches the client of a provider that speaks OpenAI, streaming and whole', async (t) => {
    const bytes = Buffer.from(STREAM);
    const message = { role: 'assistant', content: 'C', reasoning_content: 'R' };
    const upstream = await rawUpstream(t, async ({ request, write, end }) => {
      if (!request.body.includes('"stream":true')) {
        const body = JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }] });
        return end(rawAnswer('200 OK', ['content-type: application/json', 'connection: close'], body));
      }
      await write(rawHead('200 OK', ['content-type: text/event-stream', 'transfer-encoding: chunked']));
      for (const byte of bytes) await write(rawChunk(String.fromCharCode(byte)));
      end(rawChunk());
    });
    const { url } = await gatewayFor(t, {
      yaml: () =>
        JSON.stringify({
          provider: {
            type: 'deepseek',
            baseUrl: `${upstream.origin}/v1`,
            apiTokens: ['sk-1'],
            reasoningContentMode: 'Concat',
          },
        }),
    });
    const streamed = await ask(url, { body: { ...chat('a'), stream: true } });
    assert.equal(streamed.text, await shaped(CONCAT, STREAM));
    const answered = await ask(url);
    assert.equal(answers.parse(answered.json()).choices.length, 1);
    assert.match(answered.text, /"content":"<think>R<\/think>\\nC"/);
    assert.ok(!answered.text.includes('reasoning_content'));
  });
});
