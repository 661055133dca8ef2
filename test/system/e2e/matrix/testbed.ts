import { after } from 'node:test';
import type { Behaviour, KeyScript, Script } from '../../../../simulator/behaviour.ts';
import type { Simulator } from '../../../../simulator/simulator.ts';
import { startTestGateway, type ConfigParts, type TestGateway } from '../../../support/gateway.ts';
import { BACKENDS, deadKey, goodKey, modelOf, type Backend } from './backends.ts';

/** What applications know of the gateway. */
export const CLIENT_KEY = 'sk-client-0123456789abcdef';

/** One gateway before one simulator, which is all families of providers at once. */
export interface Testbed {
  readonly url: string;
  readonly gateway: TestGateway;
}

/** A testbed for all tests of a file. Each front has providers of its own whose first key is dead. */
export async function testbedFor(fronts: readonly string[]): Promise<Testbed> {
  const gateway = await startTestGateway({
    script: SCRIPT,
    config: (sim) => ({
      clients: [{ name: 'app', key: CLIENT_KEY }],
      providers: BACKENDS.flatMap((back) => [
        healthy(back, sim),
        ...fronts.map((front) => dying(back, sim, front)),
      ]),
      routes: BACKENDS.flatMap((back) => [
        ...fronts.map((front) => ({
          model: `${modelOf(back, 'dead-key')}-${front}`,
          to: [`${back.name}-${front}`],
        })),
        { model: `${back.model}--*`, to: [back.name] },
      ]),
    }),
  });
  after(() => gateway.close());
  return { url: gateway.url, gateway };
}

/** A key's behaviour depends on the model, so that one provider serves all tests. */
function behavioursOf(back: Backend): readonly Behaviour[] {
  return [
    { kind: 'bad-request', models: [modelOf(back, 'refused')] },
    // What comes together with the error is answered with the error alone: nothing was sent yet.
    { kind: 'error-event', models: [modelOf(back, 'breaking')], afterChunks: 2, delayMs: 20 },
    { kind: 'cut', models: [modelOf(back, 'cut')], afterChunks: 2 },
    { kind: 'answer', models: [modelOf(back, 'in-bytes')], pieceBytes: 1 },
  ];
}

const SCRIPT: Script = {
  strict: true,
  keys: Object.fromEntries(
    BACKENDS.flatMap((back): readonly (readonly [string, KeyScript])[] => [
      [goodKey(back), { behaviours: behavioursOf(back) }],
      [deadKey(back), { behaviours: [{ kind: 'invalid-key' }] }],
    ]),
  ),
};

/** The failures that tests ask for by the dozen do not take its only key out. */
function healthy(back: Backend, sim: Simulator): ConfigParts {
  return {
    id: back.name,
    ...back.provider(originOf(sim)),
    apiTokens: [goodKey(back)],
    failover: { enabled: true, failureThreshold: 1_000_000, cooldownDuration: '1h' },
  };
}

/** Its dead key is as good as certain to be chosen first. */
function dying(back: Backend, sim: Simulator, front: string): ConfigParts {
  return {
    id: `${back.name}-${front}`,
    ...back.provider(originOf(sim)),
    apiTokens: [
      { key: deadKey(back), weight: 1_000 },
      { key: goodKey(back), weight: 0.001 },
    ],
    choice: 'random',
    failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h' },
  };
}

function originOf({ port }: Simulator): string {
  return `http://127.0.0.1:${port}`;
}
