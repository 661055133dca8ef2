import { after } from 'node:test';
import type { Behaviour, KeyScript, Script } from '../../../../simulator/behaviour.ts';
import type { Simulator } from '../../../../simulator/simulator.ts';
import { STRICT_VENDORS } from '../../../../simulator/strict/strict.ts';
import { startTestGateway, type ConfigParts, type TestGateway } from '../../../support/gateway.ts';
import { BACKENDS, deadKey, goodKey, modelOf, type Backend } from './backends.ts';

/** What applications know of the gateway. */
export const CLIENT_KEY = 'sk-client-0123456789abcdef';

/** One gateway before one simulator, which is all families of providers at once. */
export interface Testbed {
  readonly url: string;
  readonly gateway: TestGateway;
}

/** A testbed for all tests of a file. Each SDK has providers of its own whose first key is dead. */
export async function testbedFor(clients: readonly string[]): Promise<Testbed> {
  const gateway = await startTestGateway({
    script: SCRIPT,
    strict: STRICT_VENDORS,
    config: (sim) => ({
      clients: [{ name: 'app', key: CLIENT_KEY }],
      providers: BACKENDS.flatMap((backend) => [
        healthy(backend, sim),
        ...clients.map((client) => dying(backend, sim, client)),
      ]),
      routes: BACKENDS.flatMap((backend) => [
        ...clients.map((client) => ({
          model: `${modelOf(backend, 'dead-key')}-${client}`,
          to: [`${backend.name}-${client}`],
        })),
        { model: `${backend.model}--*`, to: [backend.name] },
      ]),
    }),
  });
  after(() => gateway.close());
  return { url: gateway.url, gateway };
}

/** A key's behaviour depends on the model, so that one provider serves all tests. */
function behavioursOf(backend: Backend): readonly Behaviour[] {
  return [
    { kind: 'bad-request', models: [modelOf(backend, 'refused')] },
    // What comes together with the error is answered with the error alone: nothing was sent yet.
    { kind: 'error-event', models: [modelOf(backend, 'breaking')], afterChunks: 2, delayMs: 20 },
    { kind: 'cut', models: [modelOf(backend, 'cut')], afterChunks: 2 },
    { kind: 'answer', models: [modelOf(backend, 'in-bytes')], pieceBytes: 1 },
  ];
}

const SCRIPT: Script = {
  knownKeysOnly: true,
  keys: Object.fromEntries(
    BACKENDS.flatMap((backend): readonly (readonly [string, KeyScript])[] => [
      [goodKey(backend), { behaviours: behavioursOf(backend) }],
      [deadKey(backend), { behaviours: [{ kind: 'invalid-key' }] }],
    ]),
  ),
};

/** The failures that tests ask for by the dozen do not take its only key out. */
function healthy(backend: Backend, sim: Simulator): ConfigParts {
  return {
    id: backend.name,
    ...backend.provider(originOf(sim)),
    apiTokens: [goodKey(backend)],
    failover: { enabled: true, failureThreshold: 1_000_000, cooldownDuration: '1h' },
  };
}

/** Its dead key is as good as certain to be chosen first. */
function dying(backend: Backend, sim: Simulator, client: string): ConfigParts {
  return {
    id: `${backend.name}-${client}`,
    ...backend.provider(originOf(sim)),
    apiTokens: [
      { key: deadKey(backend), weight: 1_000 },
      { key: goodKey(backend), weight: 0.001 },
    ],
    choice: 'random',
    failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h' },
  };
}

function originOf({ port }: Simulator): string {
  return `http://127.0.0.1:${port}`;
}
