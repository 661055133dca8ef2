import assert from 'node:assert/strict';
import * as z from 'zod';
import type { ResponseTranslator } from '../../../src/translate/response-translator.ts';

const chatChunk = z.object({
  object: z.literal('chat.completion.chunk'),
  choices: z.unknown(),
  usage: z.unknown().optional(),
});

const STREAM = { 'content-type': 'text/event-stream' };
const WHOLE = { 'content-type': 'application/json' };

/** What a whole response becomes for a client that requested one. */
export async function translatedWhole(
  translator: ResponseTranslator | undefined,
  body: string,
  headers: Readonly<Record<string, string>> = WHOLE,
): Promise<unknown> {
  assert.ok(translator);
  assert.equal(translator.contentType, 'application/json');
  return JSON.parse((await translator.translateWhole(200, headers, Buffer.from(body))).toString());
}

/** What a stream becomes. */
export interface TranslatedStream {
  readonly text: string;
  /** Whether it was translated to its end. */
  readonly isWhole: boolean;
}

/**
 * What a response becomes for a client that requested a stream.
 * @param cutAt where the provider's bytes come in two pieces; by default they come at once
 */
export async function translatedStream(
  translator: ResponseTranslator | undefined,
  body: string,
  cutAt = 0,
  headers: Readonly<Record<string, string>> = STREAM,
): Promise<TranslatedStream> {
  assert.ok(translator);
  assert.equal(translator.contentType, 'text/event-stream');
  const pieces: Buffer[] = [];
  const sink = {
    write: (chunk: Buffer) => {
      // The bytes are good only during the call.
      pieces.push(Buffer.from(chunk));
      return true;
    },
    onDrain: (resume: () => void) => resume(),
  };
  const stream = translator.translateStream(headers, sink);
  const bytes = Buffer.from(body);
  stream.write(bytes.subarray(0, cutAt));
  stream.write(bytes.subarray(cutAt));
  const isWhole = await stream.end();
  return { text: Buffer.concat(pieces).toString(), isWhole };
}

/** The same, for a stream that is cut at every one of its bytes in turn: whatever the cut, it has to be the same. */
export async function translatedAtEveryCut(
  translator: () => Promise<ResponseTranslator | undefined>,
  body: string,
): Promise<TranslatedStream> {
  const whole = await translatedStream(await translator(), body);
  for (let cutAt = 1; cutAt < Buffer.byteLength(body); cutAt++)
    assert.deepEqual(await translatedStream(await translator(), body, cutAt), whole, `cut at ${cutAt}`);
  return whole;
}

/** The chunks of a stream, without their id, time and model; the marker stays a text. */
export function chunksOf(text: string): unknown[] {
  return text
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      assert.ok(frame.startsWith('data: '), frame);
      const data = frame.slice('data: '.length);
      if (data === '[DONE]') return data;
      const { choices, usage } = chatChunk.parse(JSON.parse(data));
      return { choices, ...(usage !== undefined && { usage }) };
    });
}

/** A frame of an event stream: its data, or its name and its data. */
export type Event = { readonly name: string; readonly data: unknown };

/** A frame with a name. */
export function event(name: string, data: unknown): Event {
  return { name, data };
}

/** Frames as they come over the wire; text is written as it is. */
export function frames(...events: readonly Event[]): string {
  return events
    .map(({ name, data }) => {
      const written = typeof data === 'string' ? data : JSON.stringify(data);
      return `${name === '' ? '' : `event: ${name}\n`}data: ${written}\n\n`;
    })
    .join('');
}

/** Frames without names. */
export function plainFrames(...data: readonly object[]): string {
  return frames(...data.map((each) => event('', each)));
}
