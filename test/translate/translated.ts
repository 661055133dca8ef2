import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { NO_QUIRKS } from '../../src/translate/codec.ts';
import type { ProviderCodec } from '../../src/translate/codec.ts';
import { startPackageCall } from '../../src/translate/package-call.ts';
import { parseOptionsOf } from '../../src/translate/retained-request.ts';
import { SdkResponseTranslator } from '../../src/translate/sdk-response-translator.ts';
import type { Sink } from '../../src/upstream/exchange.ts';
import { converseEvent } from '../support/aws-frames.ts';
import { requestOf } from './sdk-requests.ts';
import { plainClientCodec } from './plain-client-codec.ts';

/** A provider's answer as it was written down beside the tests. */
export function fixture(name: string): Buffer {
  const text = readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
  if (!name.endsWith('.jsonl')) return text;
  const lines = text.toString().trim().split('\n');
  return Buffer.concat(
    lines.flatMap((line) =>
      Object.entries(objectIn(line)).map(([type, fields]) => converseEvent(type, fields)),
    ),
  );
}

function objectIn(text: string): Record<string, object> {
  const value: unknown = JSON.parse(text);
  assert.ok(typeof value === 'object' && value !== null);
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => {
      assert.ok(typeof each === 'object' && each !== null);
      return [name, each];
    }),
  );
}

/** A translator from a provider codec to the plain client codec. */
export function translatorFor(
  codec: ProviderCodec,
  model: string,
  { stream = true, signal = new AbortController().signal }: { stream?: boolean; signal?: AbortSignal } = {},
): Promise<SdkResponseTranslator> {
  const context = { id: 'r1', model, acceptedAt: 0, body: {}, query: '' };
  const options = parseOptionsOf(codec.toCallOptions(requestOf(), model, NO_QUIRKS));
  return Promise.resolve(
    new SdkResponseTranslator({
      streams: stream,
      startCall: () => startPackageCall({ model, quirks: NO_QUIRKS, stream }, codec, options),
      clientCodec: plainClientCodec,
      context,
      dropped: [],
      signal,
    }),
  );
}

/** A client that takes all it gets. */
export class CollectingSink implements Sink {
  readonly pieces: string[] = [];

  write(chunk: Buffer): boolean {
    this.pieces.push(chunk.toString());
    return true;
  }

  onDrain(resume: () => void): void {
    resume();
  }

  get text(): string {
    return this.pieces.join('');
  }
}

/** What chunks of a provider's stream become, and whether they were a whole answer. */
export async function translatedFrom(
  codec: ProviderCodec,
  model: string,
  chunks: readonly Buffer[],
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const client = new CollectingSink();
  const translator = (await translatorFor(codec, model)).translateStream(
    { 'content-type': 'text/event-stream' },
    client,
  );
  for (const chunk of chunks) translator.write(chunk);
  const isWhole = await translator.end();
  return { text: client.text, isWhole };
}
