import type { Plan, PlannedProvider } from './plan.ts';
import type { SecretNames } from './render.ts';

/** A file of secrets that only its owner may read. */
export interface SecretFile {
  /** Within the folder of secrets. */
  readonly name: string;
  readonly text: string;
  /** How many secrets are in it. */
  readonly count: number;
}

/** The file of the secrets that are variables. */
export const VARIABLES_FILE = 'variables.env';

/** Gathers the secrets of a plan into files of their own while its configuration is rendered. */
export class SecretFiles implements SecretNames {
  readonly #folder: string;
  readonly #plan: Plan;
  readonly #variables: Map<string, string>;

  /** @param folder - of the files, as the configuration names it */
  constructor(plan: Plan, folder: string) {
    this.#plan = plan;
    this.#folder = folder;
    this.#variables = new Map(plan.variables);
  }

  tokensFile(provider: PlannedProvider): string | undefined {
    const owner = this.#plan.providers.find(({ id }) => id === provider.keysOf) ?? provider;
    const holds = owner.keys.some(({ key, disabled }) => typeof key === 'string' && disabled === undefined);
    // A provider that is not in use keeps its keys, whatever becomes of it.
    const keeps = provider.unusable !== undefined && owner.keys.some(({ key }) => typeof key === 'string');
    return holds || keeps ? `${this.#folder}/${owner.id}.keys` : undefined;
  }

  variable(secret: string, wish: string): string {
    const base = `SPAREKEY_${wish
      .toUpperCase()
      .replaceAll(/[^A-Z\d]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')}`;
    let name = base;
    for (let count = 2; this.#variables.has(name); count++) name = `${base}_${count}`;
    this.#variables.set(name, secret);
    return name;
  }

  /** The secrets that the configuration reads as variables. */
  get variables(): ReadonlyMap<string, string> {
    return this.#variables;
  }

  /** All files, after the configuration was rendered. */
  list(): readonly SecretFile[] {
    const pools = this.#plan.providers.flatMap((provider) => {
      const literal = provider.keys.some(({ key }) => typeof key === 'string');
      return literal ? [poolFile(provider)] : [];
    });
    if (this.#variables.size === 0) return pools;
    const lines = [...this.#variables].map(([name, value]) => `${name}=${quoted(value)}`);
    return [...pools, { name: VARIABLES_FILE, text: `${lines.join('\n')}\n`, count: lines.length }];
  }
}

/** One key a line; what is said of several in a row is said once. */
function poolFile({ id, keys }: PlannedProvider): SecretFile {
  const lines: string[] = [`# Keys of ${id}, one a line.`];
  let said = '';
  let count = 0;
  for (const { key, from = '', disabled } of keys) {
    if (typeof key !== 'string') continue;
    const comment = [from, ...(disabled === undefined ? [] : [`not in use: ${disabled}`])]
      .filter((part) => part !== '')
      .join(', ')
      .replaceAll(/\s+/g, ' ');
    if (comment !== said && comment !== '') lines.push(`# ${comment}`);
    said = comment;
    lines.push(disabled === undefined ? key : `#${key}`);
    count++;
  }
  return { name: `${id}.keys`, text: `${lines.join('\n')}\n`, count };
}

/** A shell, Docker and Node all read it alike: single quotes only where they are needed. */
function quoted(value: string): string {
  return /^[\w.:/+=@%,-]+$/.test(value) ? value : `'${value}'`;
}
