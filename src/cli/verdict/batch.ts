import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import type { RecordedAnswer } from '../../verdict/recorded-answer.ts';
import { isRecord } from '../../verdict/provider-error/error-fields.ts';
import type { Verdict } from '../../verdict/verdict.ts';
import { CommandFailure } from '../failure.ts';

/** A line of a batch: an answer, and whose it is. */
export interface BatchLine extends RecordedAnswer {
  readonly provider: string;
}

/** Written at once: fewer, larger writes make a long batch fast. */
const CHUNK_LENGTH = 64 * 1024;

/**
 * Judges a file of JSON lines and prints a line for each, in their order. A line that cannot be read becomes a line
 * with the error; blank ones are skipped.
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

/**
 * The answer a line holds, or why it holds none. Fields it does not ask for are ignored. What people write for the
 * same thing is taken: a status as text, a body that is JSON itself, nothing or null where a field may be missing.
 */
function parseLine(text: string): BatchLine | string {
  const value = parse(text);
  if (!isRecord(value)) return 'expected a JSON object';
  const provider = value['provider'] ?? '';
  if (typeof provider !== 'string') return 'provider: expected text';
  const status = Number(value['status'] ?? NaN);
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    return 'status: expected a number from 100 to 999';
  }
  const headers = headersOf(value['headers'] ?? {});
  if (headers === undefined) return 'headers: expected a map or a list of pairs';
  const stream = flagOf(value['stream'] ?? false);
  if (stream === undefined) return 'stream: expected true or false';
  const body = value['body'] ?? '';
  return { provider, status, headers, body: typeof body === 'string' ? body : JSON.stringify(body), stream };
}

function parse(text: string): unknown {
  try {
    // Some editors mark the beginning of a file.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // Told as what it is not: the text itself may hold secrets.
    return undefined;
  }
}

function flagOf(value: unknown): boolean | undefined {
  switch (value) {
    case true:
    case 'true':
    case 1:
      return true;
    case false:
    case 'false':
    case '':
    case 0:
      return false;
    default:
      return undefined;
  }
}

/** A map, or a list of pairs. A header sent several times may be a list; one that is null was not sent. */
function headersOf(headers: unknown): Record<string, string> | undefined {
  const entries: readonly unknown[] | undefined = isRecord(headers)
    ? Object.entries(headers)
    : Array.isArray(headers)
      ? headers
      : undefined;
  if (entries === undefined) return undefined;
  const plain: Record<string, string> = {};
  for (const entry of entries) {
    const pair: readonly unknown[] = Array.isArray(entry) ? entry : [];
    const [name, value] = pair;
    if (typeof name !== 'string') return undefined;
    if (value === null || value === undefined) continue;
    plain[name] = headerText(value);
  }
  return plain;
}

function headerText(value: unknown): string {
  if (Array.isArray(value)) return value.map(headerText).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
