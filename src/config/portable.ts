import { Secret } from '../base/secret.ts';
import type { Config } from './schema/schema.ts';

/**
 * A configuration on its way to another thread or process, through a channel that copies by the structured clone algorithm.
 * That leaves secrets empty, so their texts travel beside it: whoever holds this holds them.
 */
export interface PortableConfig {
  readonly config: Config;
  readonly secrets: readonly (readonly [path: readonly string[], text: string])[];
}

/** Makes a configuration fit to be sent. */
export function toPortable(config: Config): PortableConfig {
  return { config, secrets: [...secretsIn(config, [])] };
}

/** The configuration that was sent, of the copy that the channel made, which is changed by it. */
export function fromPortable({ config, secrets }: PortableConfig): Config {
  for (const [path, text] of secrets) {
    const holder = path
      .slice(0, -1)
      .reduce<object>((within, name) => asObject(Reflect.get(within, name)), config);
    Reflect.set(holder, path.at(-1) ?? '', new Secret(text));
  }
  return config;
}

function* secretsIn(
  value: unknown,
  path: readonly string[],
): Generator<readonly [readonly string[], string]> {
  if (value instanceof Secret) yield [path, value.reveal()];
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) yield* secretsIn(member, [...path, name]);
}

function asObject(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value;
  throw new TypeError('a secret was sent without its place');
}
