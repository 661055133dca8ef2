import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSimulator, type Simulator } from '../../../simulator/simulator.ts';
import { STRICT_VENDORS } from '../../../simulator/strict/strict.ts';
import { adminKeysAt, requestLine, type ConfigParts, type RequestLine } from '../../support/gateway.ts';
import { GatewayProcess } from '../../support/gateway-process.ts';
import type { Assistant, GatewayAccess } from './assistant.ts';
import type { Back } from './backs.ts';

const CLIENT_KEY = 'gateway-key-0123456789abcdef';
const GOOD_KEY = 'sk-good-0123456789abcdef';
const DYING_KEY = 'sk-dying-0123456789abcdef';

/** Who serves an assistant. */
export interface Served {
  readonly assistant: Assistant;
  /** Its first model. */
  readonly first: Back;
  /** All others that it names. */
  readonly others: Back;
}

/** A gateway before the simulator, which refuses what the vendors refuse, and whose preferred key dies when it has answered once. */
export class Stand implements AsyncDisposable {
  readonly access: GatewayAccess;
  readonly #gateway: GatewayProcess;
  readonly #simulator: Simulator;
  readonly #requests: RequestLine[];

  private constructor(gateway: GatewayProcess, simulator: Simulator, requests: RequestLine[]) {
    this.access = { url: gateway.url, key: CLIENT_KEY };
    this.#gateway = gateway;
    this.#simulator = simulator;
    this.#requests = requests;
  }

  /** @param folder an empty one, for the gateway */
  static async start(folder: string, served: Served): Promise<Stand> {
    const simulator = await startSimulator({
      strict: STRICT_VENDORS,
      script: {
        knownKeysOnly: true,
        keys: {
          [GOOD_KEY]: { behaviours: [] },
          [DYING_KEY]: { behaviours: [{ kind: 'answer', times: 1 }, { kind: 'invalid-key' }] },
        },
      },
    });
    await writeFile(join(folder, 'sparekey.yaml'), JSON.stringify(configuration(simulator, served)));
    const requests: RequestLine[] = [];
    const gateway = await GatewayProcess.start(folder, (line) => {
      if (line.msg === 'request') requests.push(requestLine.parse(line));
    });
    return new Stand(gateway, simulator, requests);
  }

  /** What assistants have asked for, as far as it is logged. */
  get requests(): readonly RequestLine[] {
    return this.#requests;
  }

  /** What the provider was sent. */
  get received(): Simulator['requests'] {
    return this.#simulator.requests;
  }

  /** Whether the key that died is known as such. */
  async isDyingKeyOut(): Promise<boolean> {
    const keys = await adminKeysAt(this.#gateway.adminUrl);
    return keys.some(({ name, state }) => name === 'dying' && state === 'out-of-service');
  }

  /** Stops the gateway; it has logged all requests then. */
  async stop(): Promise<void> {
    await this.#gateway[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#simulator.close();
  }
}

function configuration({ url }: Simulator, { assistant, first, others }: Served): ConfigParts {
  const { origin } = new URL(url);
  const providerOf = (back: Back): ConfigParts => ({
    id: back.name,
    ...back.provider(origin),
    apiTokens: [
      { key: DYING_KEY, name: 'dying', weight: 1000 },
      { key: GOOD_KEY, name: 'good' },
    ],
    failover: { enabled: true, healthCheckModel: back.model, healthCheckInterval: '1h' },
  });
  const targetOf = ({ name, model }: Back): string => (name === assistant.family ? name : `${name}/${model}`);
  return {
    state: 'memory:',
    clients: [{ name: 'assistant', key: CLIENT_KEY }],
    providers: [...new Set([first, others])].map(providerOf),
    routes: [
      { model: assistant.models[0], to: [targetOf(first)] },
      { model: '*', to: [targetOf(others)] },
    ],
  };
}
