import { styleText } from 'node:util';
import type { RequestLogEntry } from '../gateway/request-log-entry.ts';

type Color = 'green' | 'yellow' | 'red' | 'gray';
type Paint = (color: Color, text: string) => string;

/**
 * A request in one line, such as
 * `200 chat.completions gpt-5 → gpt-5-mini by gpt-* · openai-main/team-a (kq3…) · 2 tries · 312 ms (first 120 ms) · 1.2 KB · 1204 tokens in (1024 cached), 87 out (64 reasoning) · ✗ openai-main/b7x… key_dead (401)`.
 */
export function requestLine(entry: RequestLogEntry, colors: boolean): string {
  const paint: Paint = (color, text) => (colors ? styleText(color, text, { validateStream: false }) : text);
  const { failed = [] } = entry;
  const parts = [
    `${status(entry, paint)} ${what(entry)}`,
    ...(entry.provider === undefined ? [] : [providerAndKey({ ...entry, provider: entry.provider })]),
    ...(entry.attempts === 0 ? [] : [entry.attempts === 1 ? '1 try' : `${entry.attempts} tries`]),
    duration(entry),
    size(entry.bytesOut),
    ...(entry.tokens === undefined ? [] : [tokensText(entry.tokens)]),
    ...(entry.empty === true ? [paint('yellow', 'empty')] : []),
    ...failed.map((note) => {
      const answer = note.status ?? note.detail;
      const cause = `${note.verdict}${answer === undefined ? '' : ` (${answer})`}`;
      return paint('yellow', `✗ ${providerAndKey(note)} ${cause}`);
    }),
    // An answer that broke while it was relayed is not among the failed attempts.
    ...(entry.status < 400 && entry.verdict !== undefined && entry.verdict !== 'ok'
      ? [paint('red', `✗ ended as ${entry.verdict}`)]
      : []),
  ];
  return parts.join(paint('gray', ' · '));
}

function status({ status: code, code: error }: RequestLogEntry, paint: Paint): string {
  if (code === 0) return paint('gray', 'gone');
  const color = code < 400 ? 'green' : code < 500 ? 'yellow' : 'red';
  return paint(color, error === undefined ? String(code) : `${code} ${error}`);
}

function what({
  operation,
  model,
  servedModel,
  route,
  client,
  stream,
  method,
  path,
}: RequestLogEntry): string {
  const words = [
    operation ?? `${method} ${path}`,
    ...(model === undefined ? [] : [model]),
    ...(servedModel === undefined || servedModel === model ? [] : [`→ ${servedModel}`]),
    ...(route === undefined || route === model ? [] : [`by ${route}`]),
    ...(stream === true ? ['stream'] : []),
    ...(client === undefined ? [] : [`for ${client}`]),
  ];
  return printable(words.join(' '));
}

interface Tried {
  readonly provider: string;
  readonly key?: string;
  readonly keyName?: string;
}

function providerAndKey({ provider, key = '', keyName }: Tried): string {
  if (keyName !== undefined) return printable(`${provider}/${keyName} (${key})`);
  return key === '' ? provider : `${provider}/${key}`;
}

function duration({ durationMs, firstOutputMs }: RequestLogEntry): string {
  const whole = `${Math.round(durationMs)} ms`;
  return firstOutputMs === undefined ? whole : `${whole} (first ${Math.round(firstOutputMs)} ms)`;
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function tokensText(tokens: NonNullable<RequestLogEntry['tokens']>): string {
  const { input, cachedInput, output, reasoning } = tokens;
  const parts = [
    ...(input === undefined ? [] : [`${input} tokens in${inBrackets(cachedInput, 'cached')}`]),
    ...(output === undefined
      ? []
      : [`${output}${input === undefined ? ' tokens' : ''} out${inBrackets(reasoning, 'reasoning')}`]),
  ];
  return parts.join(', ');
}

function inBrackets(count: number | undefined, word: string): string {
  return count === undefined ? '' : ` (${count} ${word})`;
}

/** Text without line breaks and without characters that control a terminal or reverse text: clients choose models and paths. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
