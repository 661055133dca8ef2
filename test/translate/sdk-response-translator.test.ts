import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_QUIRKS } from '../../src/translate/codec.ts';
import type { StreamPart } from '../../src/translate/codec.ts';
import { startPackageCall, InterceptedFetch } from '../../src/translate/package-call.ts';
import { anthropicMessagesCodec } from '../../src/translate/provider/anthropic-messages.ts';
import { geminiGenerateCodec } from '../../src/translate/provider/gemini-generate.ts';
import { openaiChatCodec } from '../../src/translate/provider/openai-chat.ts';
import { SdkResponseTranslator } from '../../src/translate/sdk-response-translator.ts';
import type { StreamTranslator } from '../../src/translate/response-translator.ts';
import { requestOf } from './sdk-requests.ts';
import { plainClientCodec } from './plain-client-codec.ts';
import { fixture, translatorFor, translatedFrom, CollectingSink } from './translated.ts';

const HEADERS = { 'content-type': 'text/event-stream' };
const CLAUDE = 'claude-sonnet-4-5';

function chunkOf(content: string, finish: string | null = null): Buffer {
  const choice = { index: 0, delta: { content }, finish_reason: finish };
  return Buffer.from(`data: ${JSON.stringify({ id: 'c', choices: [choice] })}\n\n`);
}

/** A client that takes a piece whenever `drain` is called. */
class Slow extends CollectingSink {
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

/** Many times the turns of the event loop that any of these takes. */
const MAX_TURNS = 100_000;

/** Has a client take one piece after another until something has happened. */
async function drainUntil(happened: Promise<unknown>, client: Slow): Promise<void> {
  const state = { isOver: false };
  void happened.then(() => {
    state.isOver = true;
  });
  for (let turns = 0; !state.isOver; turns++) {
    assert.ok(turns < MAX_TURNS, 'it never happens');
    client.drain();
    await settled();
  }
}

async function chatTo(client: CollectingSink, disconnected?: AbortSignal): Promise<StreamTranslator> {
  const translator = await translatorFor(
    openaiChatCodec,
    'm',
    disconnected === undefined ? {} : { signal: disconnected },
  );
  return translator.translateStream(HEADERS, client);
}

void describe('a client that is slow', () => {
  void it('gets one piece after another, and the provider is paused meanwhile', async () => {
    const client = new Slow();
    const translator = await chatTo(client);
    const text = 'x'.repeat(10_000);
    let sent = 0;
    while (translator.write(chunkOf(text))) {
      sent++;
      assert.ok(sent < 100, 'the provider was never paused');
      await settled();
    }
    const resumed = new Promise<void>((resolve) => translator.onDrain(resolve));
    await settled();
    const taken = client.pieces.length;
    await settled();
    assert.equal(client.pieces.length, taken, 'nothing is written to a client that is behind');

    await drainUntil(resumed, client);
    translator.write(chunkOf('the end', 'stop'));
    const end = translator.end();
    await drainUntil(end, client);
    assert.equal(await end, true);
    assert.equal(client.text.split(text).length - 1, sent + 1, 'nothing is lost');
    assert.ok(client.text.endsWith('END\n'));
  });

  void it('gets what had come when the provider breaks off, and no end', async () => {
    const client = new Slow();
    const translator = await chatTo(client);
    for (const word of ['one', 'two', 'three']) translator.write(chunkOf(word));
    await translator.abort();
    assert.match(client.text, /one.*two.*three/s);
    assert.ok(!client.text.includes('END') && !client.text.includes('"finish"'));
  });
});

void describe('a client that has gone', () => {
  void it('is not waited for, while more is coming', async () => {
    const disconnected = new AbortController();
    const client = new Slow();
    const translator = await chatTo(client, disconnected.signal);
    translator.write(chunkOf('one'));
    await settled();
    assert.ok(client.isBehind);
    disconnected.abort();
    await translator.abort();
    assert.equal(translator.write(chunkOf('two')), true, 'what comes late goes nowhere');
    assert.ok(!client.text.includes('two'));
  });

  void it('is not waited for at the end either', async () => {
    const disconnected = new AbortController();
    const client = new Slow();
    const translator = await chatTo(client, disconnected.signal);
    translator.write(chunkOf('one', 'stop'));
    const end = translator.end();
    await settled();
    assert.ok(client.isBehind);
    disconnected.abort();
    await end;
  });

  void it('resumes a provider that was paused', async () => {
    const disconnected = new AbortController();
    const translator = await chatTo(new Slow(), disconnected.signal);
    for (let sent = 0; translator.write(chunkOf('x'.repeat(10_000))); sent++) {
      assert.ok(sent < 100, 'the provider was never paused');
      await settled();
    }
    const resumed = new Promise<void>((resolve) => translator.onDrain(resolve));
    disconnected.abort();
    await resumed;
    await translator.abort();
  });

  void it('may have gone before the answer began', async () => {
    const translator = await chatTo(new Slow(), AbortSignal.abort());
    translator.write(chunkOf('one', 'stop'));
    assert.equal(await translator.end(), false);
  });
});

void describe('a provider that fails', () => {
  void it('before the package has seen a first event, leaves nothing waiting', async () => {
    const client = new CollectingSink();
    const translator = (await translatorFor(anthropicMessagesCodec, CLAUDE)).translateStream(HEADERS, client);
    await settled();
    await translator.abort();
    assert.equal(client.text, '');
  });

  void it('in the middle of a call of a tool, does not have half of its arguments written as all', async () => {
    const bytes = fixture('chat-reasoning-tools.sse');
    const cut = bytes.indexOf('Köln\\"}');
    const client = new CollectingSink();
    const translator = await chatTo(client);
    translator.write(bytes.subarray(0, cut));
    await translator.abort();
    assert.ok(client.text.includes('tool-input-delta') && !client.text.includes('"tool-call"'));
  });

  void it('by an event of its own, is not translated beyond it', async () => {
    const bytes = fixture('anthropic-thinking-tools.sse');
    const at = bytes.indexOf('event: content_block_start\ndata: {"type":"content_block_start","index":3');
    const error = Buffer.from(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    );
    const { text, isWhole } = await translatedFrom(anthropicMessagesCodec, CLAUDE, [
      bytes.subarray(0, at),
      error,
      bytes.subarray(at),
    ]);
    assert.equal(isWhole, false);
    assert.ok(text.includes('Let me look.') && !text.includes('weather') && !text.includes('Overloaded'));
  });

  void it('by an event of its own before all others, is not translated at all', async () => {
    const error = Buffer.from(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    );
    assert.deepEqual(await translatedFrom(anthropicMessagesCodec, CLAUDE, [error]), {
      text: '',
      isWhole: false,
    });
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
    const client = new CollectingSink();
    const translator = new SdkResponseTranslator({
      streams: true,
      startCall: () => ({ intercepted: new InterceptedFetch(), pending: made }),
      clientCodec: plainClientCodec,
      context,
      dropped: [],
      signal,
    }).translateStream(HEADERS, client);
    assert.equal(await translator.end(), false);
    assert.ok(isCancelled);
    assert.equal(client.text, '{"type":"text-start","id":"1"}\n');
  });

  void it('goes on behind an event that its package does not know', async () => {
    const bytes = fixture('anthropic-thinking-tools.sse');
    const at = bytes.indexOf('event: ping');
    const unknown = Buffer.from('event: weather_report\ndata: {"type":"weather_report"}\n\n');
    assert.deepEqual(
      await translatedFrom(anthropicMessagesCodec, CLAUDE, [
        bytes.subarray(0, at),
        unknown,
        bytes.subarray(at),
      ]),
      await translatedFrom(anthropicMessagesCodec, CLAUDE, [bytes]),
    );
  });

  void it('is not whole where its package would have to request the rest of it', async () => {
    const part = { text: 'The first half' };
    const candidate = { content: { parts: [part] }, finishReason: 'CONTINUATION', continuationToken: 't' };
    const chunk = Buffer.from(`data: ${JSON.stringify({ candidates: [candidate] })}\n\n`);
    const { text, isWhole } = await translatedFrom(geminiGenerateCodec, 'gemini-3-pro', [chunk]);
    assert.equal(isWhole, false);
    assert.match(text, /The first half/);
  });
});

void describe('a package that was called for its request alone', () => {
  for (const codec of [anthropicMessagesCodec, openaiChatCodec]) {
    void it('stops waiting, without a second request', async () => {
      const options = codec.toCallOptions(requestOf(), CLAUDE, NO_QUIRKS);
      const { intercepted, pending } = startPackageCall(
        { model: CLAUDE, quirks: NO_QUIRKS, stream: true },
        codec,
        options,
      );
      await intercepted.request(pending.result);
      intercepted.abort();
      await assert.rejects(pending.result, { name: 'AbortError' });
      await assert.rejects(intercepted.fetch('http://a.invalid/', { body: '{}' }), /more than once/);
    });
  }
});
