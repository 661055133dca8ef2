import type { TestContext } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Behaviour } from '../../simulator/behaviour.ts';
import { startSimulator, type Simulator } from '../../simulator/simulator.ts';
import { gatewayFor, simulatedProvider, type ConfigParts, type TestGateway } from '../support/gateway.ts';
import { ask, type AskOptions, type HttpAnswer } from '../support/http.ts';

export const KEYS = [
  'sk-one-0123456789abcdef',
  'sk-two-0123456789abcdef',
  'sk-three-0123456789abcd',
] as const;

/** Several gateways over one state before one provider, whose keys are of an account each. */
export interface Nodes {
  readonly sim: Simulator;
  /** One more gateway; `more` are options of its configuration. */
  readonly open: (more?: ConfigParts) => Promise<TestGateway>;
  /** The keys that requests came with, oldest first, since the last call of this. */
  readonly keysUsed: () => string[];
}

/** What may be different. */
export interface NodesOptions {
  readonly behaviours?: Readonly<Record<string, readonly Behaviour[]>>;
  readonly keys?: readonly (string | ConfigParts)[];
  readonly provider?: ConfigParts;
}

/** Prepares a state on disk and a provider; both go when the test is over. */
export async function nodesFor(t: TestContext, options: NodesOptions = {}): Promise<Nodes> {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-affinity-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const scripts = Object.entries(options.behaviours ?? {});
  const sim = await startSimulator({
    script: { keys: Object.fromEntries(scripts.map(([key, behaviours]) => [key, { behaviours }])) },
  });
  t.after(() => sim.close());
  let seen = 0;
  return {
    sim,
    open: (more) =>
      gatewayFor(t, {
        state: { path: join(folder, 'state.db') },
        config: { providers: [providerAt(sim, options)], ...more },
      }),
    keysUsed: () => {
      const keys = sim.requests.slice(seen).map(({ key }) => key);
      seen = sim.requests.length;
      return keys;
    },
  };
}

/** The provider of these nodes as a configuration has it. */
export function providerAt(sim: Simulator, { keys = KEYS, provider }: NodesOptions = {}): ConfigParts {
  return { ...simulatedProvider(sim, []), apiTokens: keys, ...provider };
}

/** One part of a form. */
function part(head: string, value: string): string {
  return `--b\r\ncontent-disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
}

/** Uploads a file of this content. */
export function upload(gateway: Pick<TestGateway, 'url'>, content: string): Promise<HttpAnswer> {
  return ask(gateway.url, {
    path: '/v1/files',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: `${part('name="purpose"', 'batch')}${part('name="file"; filename="f.jsonl"', content)}--b--\r\n`,
  });
}

/** Asks for a response. */
export function respond(
  gateway: Pick<TestGateway, 'url'>,
  input: unknown,
  more: object = {},
): Promise<HttpAnswer> {
  return ask(gateway.url, { path: '/v1/responses', body: { model: 'gpt-5', input, ...more } });
}

/** Asks without a body. */
export function get(
  gateway: Pick<TestGateway, 'url'>,
  path: string,
  more: AskOptions = {},
): Promise<HttpAnswer> {
  return ask(gateway.url, { method: 'GET', path, ...more });
}

/** The first id in an answer, whole or streamed. */
export function idIn({ text }: HttpAnswer): string {
  const id = /"id":\s*"((?:resp|file|batch|chatcmpl)[^"]*)"/.exec(text)?.[1];
  if (id === undefined) throw new Error(`there is no id in ${text}`);
  return id;
}
