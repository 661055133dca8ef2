import type { TestContext } from 'node:test';
import { rawAnswer, rawUpstream, type RawExchange, type RawUpstream } from '../../support/raw-upstream.ts';

/** A provider that is down as a whole. */
export interface DownProvider {
  readonly baseUrl: string;
  /** Undefined where nothing can be asked of it. */
  readonly upstream: RawUpstream | undefined;
}

const JSON_TYPE = ['content-type: application/json'];
const error = (message: string): string =>
  JSON.stringify({ error: { message, type: 'server_error', code: null } });
const PAGE = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';

type Answer = (exchange: RawExchange) => void;

/** What a provider that is down does to every request, whichever key it comes with. */
export const OUTAGES: Readonly<Record<string, Answer | 'refused'>> = {
  'a 500': ({ end }) => end(rawAnswer('500 Internal Server Error', JSON_TYPE, error('It failed.'))),
  'a 503': ({ end }) => end(rawAnswer('503 Service Unavailable', JSON_TYPE, error('It is overloaded.'))),
  'a page of HTML with a 502': ({ end }) =>
    end(rawAnswer('502 Bad Gateway', ['content-type: text/html'], PAGE)),
  'refused connections': 'refused',
  'a reset after the request': ({ reset }) => reset(),
  silence: () => {},
  'an empty 200': ({ end }) => end(rawAnswer('200 OK', JSON_TYPE)),
};

/** Nobody listens there, and no test is given this port. */
const NOWHERE = 'http://127.0.0.1:1/v1';

/** Starts one, for as long as the test. */
export async function downProvider(context: TestContext, how: Answer | 'refused'): Promise<DownProvider> {
  if (how === 'refused') return { baseUrl: NOWHERE, upstream: undefined };
  const upstream = await rawUpstream(context, how);
  return { baseUrl: `${upstream.origin}/v1`, upstream };
}

/** What a first output, and a check, of a provider that is silent is waited for. Milliseconds. */
export const TIMEOUT_MS = 300;

/** Keys of a provider. */
export function keysOf(provider: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `sk-${provider}-${index}-0123456789abcdef`);
}

/** Numbers of the requests that reached it: those of clients carry one, and health checks do not. */
export function numbersAt({ upstream }: DownProvider): readonly number[] {
  const bodies = upstream?.requests.map(({ body }) => body.toString()) ?? [];
  return bodies.flatMap((body) => {
    const number = /question (?<number>\d+) /.exec(body)?.groups?.['number'];
    return number === undefined ? [] : [Number(number)];
  });
}
