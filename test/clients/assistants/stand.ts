import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSimulator, type Simulator } from '../../../simulator/simulator.ts';
import { STRICT_VENDORS } from '../../../simulator/strict/strict.ts';
import { adminKeysAt, requestLine, type ConfigParts, type RequestLine } from '../../support/gateway.ts';
import { until } from '../../support/until.ts';
import { GatewayProcess } from '../../support/gateway-process.ts';
import type { GatewayAccess } from './assistant.ts';
import type { Back } from './backs.ts';

const CLIENT_KEY = 'gateway-key-0123456789abcdef';
const GOOD_KEY = 'sk-good-0123456789abcdef';
const DYING_KEY = 'sk-dying-0123456789abcdef';

/** A family for an assistant's first model, and one for all others that it names. */
export interface Served {
  readonly model: string;
  readonly by: Back;
  readonly others: Back;
}

/** A gateway before the simulator, whose preferred key dies when it has answered once. */
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

  /** What assistants have asked for once the provider has nothing to answer any more. */
  async settledRequests(): Promise<readonly RequestLine[]> {
    await until(() => this.#simulator.open === 0);
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway[Symbol.asyncDispose]();
    await this.#simulator.close();
  }
}

function configuration({ url }: Simulator, { model, by, others }: Served): ConfigParts {
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
  return {
    state: 'memory:',
    clients: [{ name: 'assistant', key: CLIENT_KEY }],
    providers: [...new Set([by, others])].map(providerOf),
    routes: [
      { model, to: [`${by.name}/${by.model}`] },
      { model: '*', to: [`${others.name}/${others.model}`] },
    ],
  };
}
