import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { reasoningRetelling } from '../../../src/providers/shaping/reasoning-retelling.ts';
import type { ReasoningShaping } from '../../../src/providers/shaping/thinking.ts';

const answers = z.object({ choices: z.array(z.object({ message: z.unknown() })) });

function chunk(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
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
async function told(shaping: ReasoningShaping, stream: string, bytes = stream.length): Promise<string> {
  let text = '';
  const out = { write: (piece: Buffer) => ((text += piece.toString()), true), onDrain: () => undefined };
  const retelling = reasoningRetelling(shaping).stream({}, out);
  const all = Buffer.from(stream);
  for (let at = 0; at < all.length; at += bytes) retelling.write(all.subarray(at, at + bytes));
  assert.equal(await retelling.end(), true);
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
    assert.equal(await told(IGNORE, STREAM), left.join('') + chunk({}, 'stop') + DONE);
  });

  void it('can be a part of the content', async () => {
    const said = ['<think>R1', 'R2', '</think>\nC1', 'C2'].map((content) => chunk({ content }));
    const opening = chunk({ role: 'assistant', content: '' });
    assert.equal(await told(CONCAT, STREAM), opening + said.join('') + chunk({}, 'stop') + DONE);
  });

  void it('is not missed where there is none', async () => {
    const plain = chunk({ role: 'assistant', content: 'C1' }) + chunk({}, 'stop') + DONE;
    for (const shaping of [IGNORE, CONCAT, PROMOTE]) assert.equal(await told(shaping, plain), plain);
  });

  void it('is the answer where there is no other', async () => {
    const stream =
      chunk({ reasoning_content: 'R1' }) +
      chunk({ reasoning: 'R2', content: ' ' }) +
      chunk({}, 'stop') +
      DONE;
    assert.equal(
      await told(PROMOTE, stream),
      chunk({ content: ' ' }) + chunk({ content: 'R1R2' }, 'stop') + DONE,
    );
    assert.match(
      await told(PROMOTE, chunk({ reasoning_content: 'R1' }) + DONE),
      /"content":"R1".*\n\ndata: \[DONE\]\n\n$/,
    );
  });

  void it('comes out the same however the stream is cut', async () => {
    for (const shaping of [IGNORE, CONCAT, PROMOTE]) {
      const uncut = await told(shaping, STREAM);
      for (let bytes = 1; bytes < 40; bytes++) assert.equal(await told(shaping, STREAM, bytes), uncut);
    }
  });
});

async function whole(shaping: ReasoningShaping, message: object): Promise<unknown> {
  const body = Buffer.from(JSON.stringify({ choices: [{ index: 0, message }] }));
  const retold = await reasoningRetelling(shaping).whole(200, {}, body);
  return answers.parse(JSON.parse(retold.toString())).choices[0]?.message;
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
});
