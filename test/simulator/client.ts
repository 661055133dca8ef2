import { request, type IncomingHttpHeaders } from 'node:http';
import type { TestContext } from 'node:test';
import type { Script } from '../../simulator/behaviour.ts';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';

/** What a plain HTTP client got back. */
export interface Heard {
  /** Undefined where no answer began. */
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the answer ended as HTTP says an answer ends. */
  readonly whole: boolean;
  /** The code of the connection's error, where it had one. */
  readonly error: string | undefined;
}

export interface Asking {
  readonly key?: string;
  readonly method?: string;
  readonly path?: string;
  /** Sent as JSON unless it is bytes. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Called with each piece of the answer's body, and once with none when its headers come. */
  readonly onProgress?: (soFar: string) => void;
}

/** A simulator that lives as long as the test. */
export async function simulatorFor(context: TestContext, script?: Script): Promise<Simulator> {
  const simulator = await startSimulator(script === undefined ? {} : { script });
  context.after(() => simulator.close());
  return simulator;
}

/** Asks over a connection of its own, and tells what came back, whole or not. */
export function ask(simulator: Simulator, asking: Asking = {}): Promise<Heard> {
  const { key = 'k', method = 'POST', path = '/v1/chat/completions', body = chat('hi') } = asking;
  const hasBody = method === 'POST' || method === 'PUT';
  const payload = !hasBody ? '' : Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve) => {
    let answered = false;
    const outgoing = request(
      new URL(path, simulator.url),
      {
        method,
        agent: false,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...asking.headers },
        ...(asking.signal === undefined ? {} : { signal: asking.signal }),
      },
      (response) => {
        const { statusCode: status, headers } = response;
        answered = true;
        let text = '';
        let error: string | undefined;
        asking.onProgress?.(text);
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
          asking.onProgress?.(text);
        });
        response.on('error', (cause: NodeJS.ErrnoException) => {
          error = cause.code;
        });
        response.on('close', () => {
          resolve({ status, headers, body: text, whole: response.complete, error });
        });
      },
    );
    outgoing.on('error', (cause: NodeJS.ErrnoException) => {
      if (!answered) resolve({ status: undefined, headers: {}, body: '', whole: false, error: cause.code });
    });
    outgoing.end(payload);
  });
}

/** The body of a chat request. */
export function chat(content: string, more: object = {}): object {
  return { model: 'm', messages: [{ role: 'user', content }], ...more };
}

export const STREAM = chat('hi', { stream: true });

/** The content chunks of a chat stream. */
export function deltasOf(body: string): string[] {
  return dataOf(body).flatMap((data) => {
    const content = /"delta":\{"content":("(?:[^"\\]|\\.)*")\}/u.exec(data)?.[1];
    return content === undefined ? [] : [String(JSON.parse(content))];
  });
}

/** The data of each event of a stream. */
export function dataOf(body: string): string[] {
  return body
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.slice(event.indexOf('data: ') + 'data: '.length));
}
