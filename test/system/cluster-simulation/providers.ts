import type { Call } from '../../../src/dialects/operations/call.ts';
import type { Key } from '../../../src/keys/key.ts';
import { Secret } from '../../../src/base/secret.ts';
import { keyId } from '../../../src/keys/key.ts';
import { FRESH } from '../../../src/keys/record/record.ts';
import { completionCall } from '../../../src/probe/check-call.ts';
import { openProvider } from '../../../src/providers/provider.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { configOf } from '../../config/parsing.ts';
import {
  CHECK_MAX_INTERVAL_MS,
  CHECK_TIMEOUT_MS,
  FIRST_OUTPUT_MS,
  KEYS_EACH,
  PROVIDERS,
} from './settings.ts';
import type { PolicySettings } from './settings.ts';

/** A key as the simulation names it. */
export interface NamedKey {
  readonly id: string;
  readonly providerId: string;
  readonly secret: string;
  /** For people: `east/1`. */
  readonly name: string;
}

const secretsOf = (provider: string): string[] =>
  Array.from({ length: KEYS_EACH }, (_, i) => `sk-simulated-${provider}-${i + 1}`);

/** Every key of every provider; the same in all worlds. */
export const KEYS: readonly NamedKey[] = PROVIDERS.flatMap((providerId) =>
  secretsOf(providerId).map((secret, i) => ({
    id: keyId(providerId, new Secret(secret)),
    providerId,
    secret,
    name: `${providerId}/${i + 1}`,
  })),
);

/** A provider as configured, to be given a pool and a transport in each process. */
export interface Template {
  readonly provider: Provider;
  readonly keys: readonly Key[];
  /** A client's request, to be given an id, a time and a signal. */
  readonly call: Call;
}

const templates = new Map<string, readonly Template[]>();

/** The providers under a policy. What does not change from world to world is made once. */
export function templatesFor(policy: PolicySettings): readonly Template[] {
  const name = JSON.stringify(policy);
  const known = templates.get(name) ?? makeTemplates(policy);
  templates.set(name, known);
  return known;
}

function makeTemplates(policy: PolicySettings): readonly Template[] {
  const { providers } = configOf(
    JSON.stringify({
      activeProviderId: PROVIDERS[0],
      providers: PROVIDERS.map((id) => ({
        id,
        type: 'openai',
        baseUrl: `http://${id}.example/v1`,
        apiTokens: secretsOf(id),
        attempts: 3,
        firstOutputTimeout: FIRST_OUTPUT_MS,
        failover: {
          enabled: true,
          ...policy,
          healthCheckModel: 'check',
          healthCheckTimeout: CHECK_TIMEOUT_MS,
          healthCheckMaxInterval: CHECK_MAX_INTERVAL_MS,
        },
      })),
    }),
  );
  return providers.map((config) => {
    const provider = openProvider(config, () => FRESH);
    const call = completionCall(provider, 'm', 0, new AbortController().signal);
    return {
      provider,
      keys: Array.from(provider.pool.all(), ({ key }) => key),
      call: { ...call, headers: ['content-type', 'application/json', 'user-agent', 'application'] },
    };
  });
}
