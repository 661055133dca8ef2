import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PLAIN_MANNER } from '../../src/translate/asked.ts';
import type { StreamPart } from '../../src/translate/asked.ts';
import { begin } from '../../src/translate/begin.ts';
import { anthropicMessages } from '../../src/translate/far/anthropic-messages.ts';
import { geminiGenerate } from '../../src/translate/far/gemini-generate.ts';
import { openaiChat } from '../../src/translate/far/openai-chat.ts';
import { Line } from '../../src/translate/line.ts';
import { SdkRetelling } from '../../src/translate/sdk-retelling.ts';
import type { StreamRetelling } from '../../src/translate/retelling.ts';
import { asking } from './catching.ts';
import { plainNear } from './plain-near.ts';
import { fixture, retelling, retoldFrom, Taking } from './retold.ts';

const HEADERS = { 'content-type': 'text/event-stream' };
const CLAUDE = 'claude-sonnet-4-5';

function chunkOf(content: string, finish: string | null = null): Buffer {
  const choice = { index: 0, delta: { content }, finish_reason: finish };
  return Buffer.from(`data: ${JSON.stringify({ id: 'c', choices: [choice] })}\n\n`);
}

/** A client that takes a piece at a time, when it is told to. */
class Slow extends Taking {
  #resume: (() => void) | undefined;

  override write(chunk: Buffer): boolean {
    super.write(chunk);
    return false;
  }

  override onDrain(resume: () => void): void {
    this.#resume = resume;
  }

  get isBehind(): boolean {
    return this.#resume !== undefined;
  }

  drain(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }
}

/** Lets all that needs nothing from outside happen. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}

/** Has a client take one piece after another until something has happened. */
async function drainUntil(happened: Promise<unknown>, client: Slow): Promise<void> {
  const state = { isOver: false };
  void happened.then(() => {
    state.isOver = true;
  });
  while (!state.isOver) {
    client.drain();
    await settled();
  }
}

async function chatTo(client: Taking, gone?: AbortSignal): Promise<StreamRetelling> {
  const telling = await retelling(openaiChat, 'm', gone === undefined ? {} : { gone });
  return telling.stream(HEADERS, client);
}

void describe('a client that is slow', () => {
  void it('gets one piece after another, and the provider is told to pause meanwhile', async () => {
    const client = new Slow();
    const telling = await chatTo(client);
    const text = 'x'.repeat(10_000);
    let sent = 0;
    while (telling.write(chunkOf(text))) {
      sent++;
      assert.ok(sent < 100, 'the provider was never told to pause');
      await settled();
    }
    const resumed = new Promise<void>((resolve) => telling.onDrain(resolve));
    await settled();
    const taken = client.pieces.length;
    await settled();
    assert.equal(client.pieces.length, taken, 'nothing is written to a client that is behind');

    await drainUntil(resumed, client);
    telling.write(chunkOf('the end', 'stop'));
    const end = telling.end();
    await drainUntil(end, client);
    assert.equal(await end, true);
    assert.equal(client.text.split(text).length - 1, sent + 1, 'nothing is lost');
    assert.ok(client.text.endsWith('END\n'));
  });

  void it('gets what had come when the provider breaks off, and no end', async () => {
    const client = new Slow();
    const telling = await chatTo(client);
    for (const word of ['one', 'two', 'three']) telling.write(chunkOf(word));
    await telling.breakOff();
    assert.match(client.text, /one.*two.*three/s);
    assert.ok(!client.text.includes('END') && !client.text.includes('"finish"'));
  });
});

void describe('a client that has gone', () => {
  void it('is not waited for, while more is coming', async () => {
    const gone = new AbortController();
    const client = new Slow();
    const telling = await chatTo(client, gone.signal);
    telling.write(chunkOf('one'));
    await settled();
    assert.ok(client.isBehind);
    gone.abort();
    await telling.breakOff();
    assert.equal(telling.write(chunkOf('two')), true, 'what comes late goes nowhere');
    assert.ok(!client.text.includes('two'));
  });

  void it('is not waited for at the end either', async () => {
    const gone = new AbortController();
    const client = new Slow();
    const telling = await chatTo(client, gone.signal);
    telling.write(chunkOf('one', 'stop'));
    const end = telling.end();
    await settled();
    assert.ok(client.isBehind);
    gone.abort();
    await end;
  });

  void it('resumes a provider that was told to pause', async () => {
    const gone = new AbortController();
    const telling = await chatTo(new Slow(), gone.signal);
    while (telling.write(chunkOf('x'.repeat(10_000)))) await settled();
    const resumed = new Promise<void>((resolve) => telling.onDrain(resolve));
    gone.abort();
    await resumed;
    await telling.breakOff();
  });

  void it('may have gone before the answer began', async () => {
    const telling = await chatTo(new Slow(), AbortSignal.abort());
    telling.write(chunkOf('one', 'stop'));
    assert.equal(await telling.end(), false);
  });
});

void describe('a provider that fails', () => {
  void it('before the package has seen a first event, leaves nothing waiting', async () => {
    const client = new Taking();
    const telling = (await retelling(anthropicMessages, CLAUDE)).stream(HEADERS, client);
    await settled();
    await telling.breakOff();
    assert.equal(client.text, '');
  });

  void it('in the middle of a call of a tool, does not have half of its arguments told as all', async () => {
    const bytes = fixture('chat-reasoning-tools.sse');
    const cut = bytes.indexOf('Köln\\"}');
    const client = new Taking();
    const telling = await chatTo(client);
    telling.write(bytes.subarray(0, cut));
    await telling.breakOff();
    assert.ok(client.text.includes('tool-input-delta') && !client.text.includes('"tool-call"'));
  });

  void it('by an event of its own, is not told beyond it', async () => {
    const bytes = fixture('anthropic-thinking-tools.sse');
    const at = bytes.indexOf('event: content_block_start\ndata: {"type":"content_block_start","index":3');
    const error = Buffer.from(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    );
    const { text, isWhole } = await retoldFrom(anthropicMessages, CLAUDE, [
      bytes.subarray(0, at),
      error,
      bytes.subarray(at),
    ]);
    assert.equal(isWhole, false);
    assert.ok(text.includes('Let me look.') && !text.includes('weather') && !text.includes('Overloaded'));
  });

  void it('by an event of its own before all others, is not told at all', async () => {
    const error = Buffer.from(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    );
    assert.deepEqual(await retoldFrom(anthropicMessages, CLAUDE, [error]), { text: '', isWhole: false });
  });
});

void describe('a package’s stream', () => {
  void it('is cancelled at its first error', async () => {
    let isCancelled = false;
    const parts: StreamPart[] = [
      { type: 'text-start', id: '1' },
      { type: 'error', error: 'broken' },
      { type: 'text-delta', id: '1', delta: 'more' },
    ];
    const stream = new ReadableStream<StreamPart>({
      pull: (controller) => {
        const part = parts.shift();
        if (part !== undefined) controller.enqueue(part);
      },
      cancel: () => {
        isCancelled = true;
      },
    });
    const context = { id: 'r', model: 'm', acceptedAt: 0, body: {}, query: '' };
    const made = { kind: 'stream', result: Promise.resolve({ stream }) } as const;
    const { signal } = new AbortController();
    const client = new Taking();
    const telling = new SdkRetelling({
      streams: true,
      begin: () => ({ line: new Line(), asking: made }),
      near: plainNear,
      context,
      dropped: [],
      gone: signal,
    }).stream(HEADERS, client);
    assert.equal(await telling.end(), false);
    assert.ok(isCancelled);
    assert.equal(client.text, '{"type":"text-start","id":"1"}\n');
  });

  void it('goes on behind an event that its package does not know', async () => {
    const bytes = fixture('anthropic-thinking-tools.sse');
    const at = bytes.indexOf('event: ping');
    const unknown = Buffer.from('event: weather_report\ndata: {"type":"weather_report"}\n\n');
    assert.deepEqual(
      await retoldFrom(anthropicMessages, CLAUDE, [bytes.subarray(0, at), unknown, bytes.subarray(at)]),
      await retoldFrom(anthropicMessages, CLAUDE, [bytes]),
    );
  });

  void it('is not whole where its package would have to ask for the rest of it', async () => {
    const part = { text: 'The first half' };
    const candidate = { content: { parts: [part] }, finishReason: 'CONTINUATION', continuationToken: 't' };
    const chunk = Buffer.from(`data: ${JSON.stringify({ candidates: [candidate] })}\n\n`);
    const { text, isWhole } = await retoldFrom(geminiGenerate, 'gemini-3-pro', [chunk]);
    assert.equal(isWhole, false);
    assert.match(text, /The first half/);
  });
});

void describe('a package that was asked for a request alone', () => {
  for (const far of [anthropicMessages, openaiChat]) {
    void it('stops waiting, without asking again', async () => {
      const options = far.fit(asking(), CLAUDE, PLAIN_MANNER);
      const { line, asking: begun } = begin(
        { model: CLAUDE, manner: PLAIN_MANNER, stream: true },
        far,
        options,
      );
      await line.caught(begun.result);
      line.drop();
      await assert.rejects(begun.result, { name: 'AbortError' });
      await assert.rejects(line.fetch('http://a.invalid/', { body: '{}' }), /more than once/);
    });
  }
});
