import type { LoggedRequest } from '../../../simulator/request-log.ts';
import { STRICT_VENDORS } from '../../../simulator/strict/strict.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import type { ClientDialect } from './cases/translation-case.ts';
import { BEDROCK, FLASH, GPT_4, SONNET, VENDOR_BACKS } from './cases/vendors.ts';

/** What applications know of the gateway. */
export const CLIENT_KEY = 'sk-client-0123456789abcdef';

/** A gateway before the strict stand-in, which is all vendors at once. */
export interface StrictGateway {
  readonly url: string;
  readonly gateway: TestGateway;
  /** Asks in a client's dialect, and tells what came back and what had arrived at the vendor. */
  ask(client: ClientDialect, model: string, body: object, stream?: boolean): Promise<Exchange>;
  close(): Promise<void>;
}

/** One request of a client's, on both sides of the gateway. */
export interface Exchange {
  readonly status: number;
  /** The whole body of the answer. */
  readonly text: string;
  /** What was dropped, by its names. */
  readonly dropped: readonly string[];
  /** What arrived last at the stand-in; undefined where nothing did. */
  readonly arrived: LoggedRequest | undefined;
}

/** Headers that clients mean for their own vendor, with a value that is found wherever it goes. */
export const OWN_HEADERS: Readonly<Record<ClientDialect, Readonly<Record<string, string>>>> = {
  chat: {
    'openai-organization': 'org-private',
    'openai-project': 'proj-private',
  },
  responses: {
    originator: 'codex-private',
    'session-id': 'private-session',
    session_id: 'private-session',
    conversation_id: 'private-conversation',
    'x-codex-turn-metadata': '{"private":1}',
    'x-codex-beta-features': 'private',
  },
  messages: {
    'anthropic-version': '2023-06-01',
    'x-claude-code-session-id': 'private-session',
    'x-app': 'cli-private',
  },
  gemini: { 'x-goog-api-client': 'private', 'x-gemini-api-privileged-user-id': 'private' },
};

/** Models of this ending are refused with 400, in each vendor's words. */
const REFUSED_ENDING = '--refused';
const REFUSED = [GPT_4, SONNET, FLASH, BEDROCK].map(
  (model) => model.slice(model.indexOf('/') + 1) + REFUSED_ENDING,
);

function keyOf(id: string): string {
  return `sk-${id}-0123456789abcdef`;
}

/** Starts both. Every key is good, so that only the stand-in's rules refuse. */
export async function startStrictGateway(): Promise<StrictGateway> {
  const gateway = await startTestGateway({
    script: {
      keys: Object.fromEntries(
        VENDOR_BACKS.map(({ id }) => [keyOf(id), { behaviours: [{ kind: 'bad-request', models: REFUSED }] }]),
      ),
    },
    strict: STRICT_VENDORS,
    logLevel: 'warn',
    config: (sim) => ({
      clients: [{ name: 'app', key: CLIENT_KEY }],
      activeProviderId: 'oai',
      providers: VENDOR_BACKS.map(({ id, provider }) => ({
        id,
        apiTokens: [keyOf(id)],
        failover: { enabled: true, failureThreshold: 1_000_000, cooldownDuration: '1h' },
        ...provider(`http://127.0.0.1:${sim.port}`),
      })),
    }),
  });
  return {
    url: gateway.url,
    gateway,
    ask: (client, model, body, stream = false) => askAt(gateway, client, model, body, stream),
    close: () => gateway.close(),
  };
}

async function askAt(
  { url, sim }: TestGateway,
  client: ClientDialect,
  model: string,
  body: object,
  stream: boolean,
): Promise<Exchange> {
  const before = sim.requests.at(-1)?.number ?? 0;
  const answer = await fetch(url + pathFor(client, model, stream), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${CLIENT_KEY}`,
      ...OWN_HEADERS[client],
    },
    body: JSON.stringify({ ...body, ...(client !== 'gemini' && { model, ...(stream && { stream }) }) }),
  });
  const text = await answer.text();
  const last = sim.requests.at(-1);
  return {
    status: answer.status,
    text,
    dropped: (answer.headers.get('x-sparekey-dropped') ?? '').split(/, ?/u).filter((name) => name !== ''),
    arrived: last !== undefined && last.number > before ? last : undefined,
  };
}

function pathFor(client: ClientDialect, model: string, stream: boolean): string {
  switch (client) {
    case 'chat':
      return '/v1/chat/completions';
    case 'responses':
      return '/v1/responses';
    case 'messages':
      return '/v1/messages';
    case 'gemini':
      return `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`;
  }
}
