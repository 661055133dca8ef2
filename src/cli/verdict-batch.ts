import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import type { RecordedAnswer } from '../failover/recorded.ts';
import { isRecord } from '../failover/rules/error-fields.ts';
import type { Verdict } from '../failover/verdict.ts';
import { CommandFailure } from './failure.ts';

/** A line of a batch: an answer, and whose it is. */
export interface BatchLine extends RecordedAnswer {
  readonly provider: string;
}

/** Written at once: fewer, larger writes make a long batch fast. */
const CHUNK_LENGTH = 64 * 1024;

/**
 * Judges a file of JSON lines and prints a line for each, in their order. A line that cannot be read becomes a line
 * that says so; blank ones are passed over.
 * @param path - `-` is standard input
 * @returns how many lines could not be read
 * @throws CommandFailure where the file cannot be read
 */
export async function judgeBatch(
  path: string,
  judgeLine: (line: BatchLine) => Verdict,
  out: Writable,
): Promise<number> {
  let number = 0;
  let unreadable = 0;
  let chunk = '';
  const write = async (): Promise<void> => {
    const text = chunk;
    chunk = '';
    if (!out.write(text)) await once(out, 'drain');
  };
  for await (const text of linesOf(path)) {
    number++;
    if (text.trim() === '') continue;
    const line = parseLine(text);
    if (typeof line === 'string') unreadable++;
    chunk +=
      typeof line === 'string' ? JSON.stringify({ line: number, error: line }) : verdictLine(judgeLine(line));
    chunk += '\n';
    if (chunk.length >= CHUNK_LENGTH) await write();
  }
  await write();
  return unreadable;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const input = path === '-' ? process.stdin : createReadStream(path);
  try {
    yield* createInterface({ input, crlfDelay: Infinity });
  } catch (error) {
    throw new CommandFailure(`${path} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}

/** A verdict as programs read it. */
export function verdictLine(verdict: Verdict): string {
  return JSON.stringify({
    rule: verdict.rule,
    class: verdict.class,
    scope: verdict.scope,
    retry: verdict.retry,
    waitMs: verdict.waitMs ?? null,
  });
}

/** The answer a line holds, or why it holds none. Fields it does not ask for are ignored. */
function parseLine(text: string): BatchLine | string {
  const value = parse(text);
  if (!isRecord(value)) return 'expected a JSON object';
  const { provider = '', status, headers = {}, body = '', stream = false } = value;
  if (typeof provider !== 'string') return 'provider: expected text';
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 999) {
    return 'status: expected a number from 100 to 999';
  }
  const plainHeaders = headersOf(headers);
  if (plainHeaders === undefined) return 'headers: expected a map of texts';
  if (typeof stream !== 'boolean') return 'stream: expected true or false';
  const plainBody = typeof body === 'string' ? body : JSON.stringify(body);
  return { provider, status, headers: plainHeaders, body: plainBody, stream };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Told as what it is not: the text itself may hold secrets.
    return undefined;
  }
}

/** A header sent several times may stand as a list. */
function headersOf(headers: unknown): Record<string, string> | undefined {
  if (headers === null) return {};
  if (!isRecord(headers)) return undefined;
  const entries = Object.entries(headers).map(([name, value]): [string, unknown] => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  const plain = entries.filter(
    (entry): entry is [string, string | number] =>
      typeof entry[1] === 'string' || typeof entry[1] === 'number',
  );
  if (plain.length < entries.length) return undefined;
  return Object.fromEntries(plain.map(([name, value]) => [name, String(value)]));
}
