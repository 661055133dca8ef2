import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatewayFor } from '../../support/gateway.ts';
import type { ConfigParts } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { rawChunk, rawHead, rawUpstream } from '../../support/raw-upstream.ts';
import { event, frames, plainFrames } from './translated.ts';

const STREAM = ['content-type: text/event-stream', 'transfer-encoding: chunked'];

/** For each type the beginning of a stream, and what it has for an error in the middle. */
const STREAMS = {
  coze: {
    start: frames(event('conversation.message.delta', { type: 'answer', content: 'hello' })),
    error: frames(
      event('conversation.chat.failed', { last_error: { code: 5000, msg: 'The bot has failed.' } }),
    ),
  },
  dify: {
    start: plainFrames({ event: 'message', answer: 'hello' }),
    error: plainFrames({ event: 'error', status: 500, code: 'internal', message: 'The bot has failed.' }),
  },
  triton: {
    start: plainFrames({ text_output: 'hello' }),
    error: plainFrames({ error: 'The bot has failed.' }),
  },
};

function provider(type: string, origin: string): ConfigParts {
  return { id: 'p', type, baseUrl: origin, apiTokens: ['key-0123456789'] };
}

void describe('a stream of a provider with an API of its own', () => {
  const body = { model: 'm', stream: true, messages: [{ role: 'user', content: 'x' }] };

  for (const [type, { start, error }] of Object.entries(STREAMS)) {
    void it(`of ${type} that breaks gets an error and no end`, async (t) => {
      const upstream = await rawUpstream(t, async ({ write, reset }) => {
        await write(rawHead('200 OK', STREAM) + rawChunk(start));
        // What was written is to arrive before the connection breaks.
        await broken.promise;
        reset();
      });
      const broken = Promise.withResolvers<void>();
      const gateway = await gatewayFor(t, { config: { providers: [provider(type, upstream.origin)] } });
      const response = await ask(gateway.url, {
        body,
        onProgress: (soFar) => {
          if (soFar.includes('hello')) broken.resolve();
        },
      });
      assert.match(response.text, /"content":"hello"/);
      assert.match(response.text, /"code":"upstream_broken"/);
      assert.doesNotMatch(response.text, /DONE|"stop"/);
    });

    void it(`of ${type} that fails is reported with the provider’s own message`, async (t) => {
      const upstream = await rawUpstream(t, ({ end }) =>
        end(rawHead('200 OK', STREAM) + rawChunk(start) + rawChunk(error) + rawChunk()),
      );
      const gateway = await gatewayFor(t, { config: { providers: [provider(type, upstream.origin)] } });
      const response = await ask(gateway.url, { body });
      assert.match(response.text, /"message":"The bot has failed\."/);
      assert.doesNotMatch(response.text, /DONE|"stop"/);
    });
  }
});
