import { standsInFile, written } from './plan.ts';
import type { Plan, PlannedProvider } from './plan.ts';
import type { SecretNames } from './render.ts';

/** A file of secrets that only its owner may read. */
export interface SecretFile {
  /** Within the folder of secrets. */
  readonly name: string;
  readonly text: string;
}

/** Of a file's name: file systems take 255 bytes. UTF-16 units. */
const MAX_NAME = 60;

/** Gathers the secrets of a plan into files of their own while its configuration is rendered. */
export class SecretFiles implements SecretNames {
  readonly #folder: string;
  readonly #plan: Plan;
  readonly #values = new Map<string, string>();

  /** @param folder - of the files, as the configuration names it */
  constructor(plan: Plan, folder: string) {
    this.#plan = plan;
    this.#folder = folder;
  }

  tokensFile(provider: PlannedProvider): string | undefined {
    const owner = this.#plan.providers.find(({ id }) => id === provider.keysOf) ?? provider;
    const holds = owner.keys.some((key) => key.disabled === undefined && standsInFile(key));
    // Whoever completes what is not in use has a place for its keys.
    const wants = provider.unusable !== undefined && owner.keys.length === 0;
    return holds || wants ? `${this.#folder}/${owner.id}.keys` : undefined;
  }

  valueFile(secret: string, wish: string): string {
    const base = wish
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_-]+/gu, '-')
      .slice(0, MAX_NAME);
    let name = base;
    for (let count = 2; this.#values.has(name); count++) name = `${base}-${count}`;
    this.#values.set(name, secret);
    return `${this.#folder}/${name}`;
  }

  /** All files, after the configuration was rendered. */
  list(): readonly SecretFile[] {
    const pools = this.#plan.providers.flatMap((provider) => {
      const own = provider.keysOf === undefined || provider.keysOf === provider.id;
      const holds = own && this.tokensFile(provider) !== undefined;
      const keeps = provider.keys.some(standsInFile);
      return holds || keeps ? [poolFile(provider)] : [];
    });
    const values = [...this.#values].map(([name, value]) => ({ name, text: `${value}\n` }));
    return [...pools, ...values];
  }
}

/** One key a line; what is said of several in a row is said once. */
function poolFile({ id, keys }: PlannedProvider): SecretFile {
  const lines: string[] = [`# Keys of ${id}, one a line.`];
  let said = '';
  for (const { key, from = '', disabled } of keys.filter(standsInFile)) {
    const comment = [from, ...(disabled === undefined ? [] : [`not in use: ${disabled}`])]
      .filter((part) => part !== '')
      .join(', ')
      .replaceAll(/\s+/g, ' ');
    if (comment !== said && comment !== '') lines.push(`# ${comment}`);
    said = comment;
    lines.push(`${disabled === undefined ? '' : '#'}${written(key)}`);
  }
  return { name: `${id}.keys`, text: `${lines.join('\n')}\n` };
}
