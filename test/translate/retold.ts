import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { PLAIN_MANNER } from '../../src/translate/asked.ts';
import type { FarSide } from '../../src/translate/asked.ts';
import { begin } from '../../src/translate/begin.ts';
import { readingOf } from '../../src/translate/reading.ts';
import { SdkRetelling } from '../../src/translate/sdk-retelling.ts';
import type { Sink } from '../../src/upstream/exchange.ts';
import { converseEvent } from '../support/aws-frames.ts';
import { asking } from './catching.ts';
import { plainNear } from './plain-near.ts';

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

/** A retelling of what a far side's package is asked for, to the plain near side. */
export function retelling(
  far: FarSide,
  model: string,
  { stream = true, gone = new AbortController().signal }: { stream?: boolean; gone?: AbortSignal } = {},
): Promise<SdkRetelling> {
  const context = { id: 'r1', model, acceptedAt: 0, body: {}, query: '' };
  const options = readingOf(far.fit(asking(), model, PLAIN_MANNER));
  return Promise.resolve(
    new SdkRetelling({
      streams: stream,
      begin: () => begin({ model, manner: PLAIN_MANNER, stream }, far, options),
      near: plainNear,
      context,
      dropped: [],
      gone,
    }),
  );
}

/** A client that takes all it gets. */
export class Taking implements Sink {
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
export async function retoldFrom(
  far: FarSide,
  model: string,
  chunks: readonly Buffer[],
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const client = new Taking();
  const telling = (await retelling(far, model)).stream({ 'content-type': 'text/event-stream' }, client);
  for (const chunk of chunks) telling.write(chunk);
  const isWhole = await telling.end();
  return { text: client.text, isWhole };
}
