import type { Path } from '../problem.ts';
import { fieldsOf, listOf, textOf } from './fields.ts';
import type { Fields } from './fields.ts';
import type { ReadConfig } from './read-config.ts';
import type { Note } from './reading.ts';

/** The ids that the providers of one configuration have here, by those that it calls them by. */
export type ProviderScope = ReadonlyMap<string, string>;

/** The provider that a configuration is for: its id here; one that it names and does not have; or none. */
export type ActiveProvider =
  { readonly kind: 'known' | 'unknown'; readonly id: string } | { readonly kind: 'none' };

/** Where in the file something in a provider stands. */
type Origin = (within: Path) => Path;

/** All providers of a file, with an id of its own for each. */
export class ProviderList {
  readonly #providers: unknown[] = [];
  readonly #taken = new Set<string>();
  /** The ids of the providers, by all that they say beside. */
  readonly #idsOf = new Map<string, string[]>();
  readonly #origins: Origin[] = [];
  readonly #notes: Note[] = [];

  get providers(): readonly unknown[] {
    return this.#providers;
  }

  /** Where in the file something in each of them stands. */
  get origins(): readonly Origin[] {
    return this.#origins;
  }

  get notes(): readonly Note[] {
    return this.#notes;
  }

  /**
   * Adds the providers of a configuration, and says which is active, as the plugin reads it: `provider` is, beside all
   * else; otherwise `activeProviderId` of its own `providers`, or of those that hold for all.
   * @param outer - of the configuration for all, for one of a rule
   */
  add(
    { value: config, toWritten }: ReadConfig,
    outer: ProviderScope = new Map(),
  ): { readonly scope: ProviderScope; readonly active: ActiveProvider } {
    const sole = fieldsOf(config['provider']);
    const originOf =
      (...at: Path) =>
      (within: Path): Path =>
        toWritten([...at, ...within]);
    const scope = Array.isArray(config['providers'])
      ? this.#addAll(listOf(config['providers']), (index) => originOf('providers', index))
      : outer;
    if (sole !== undefined) {
      const id = this.#addOne(sole, originOf('provider'));
      return { scope: new Map([[textOf(sole['id']), id]]), active: { kind: 'known', id } };
    }
    const named = textOf(config['activeProviderId']);
    if (named === '') return { scope, active: { kind: 'none' } };
    const id = scope.get(named);
    return { scope, active: id === undefined ? { kind: 'unknown', id: named } : { kind: 'known', id } };
  }

  /** Two of one id in a list stay as they are: a mistake that is reported as such. */
  #addAll(written: readonly unknown[], originOf: (index: number) => Origin): ProviderScope {
    const taken = new Set(this.#taken);
    const scope = new Map<string, string>();
    for (const [index, each] of written.entries()) {
      const provider = fieldsOf(each);
      const own = textOf(provider?.['id']);
      if (provider !== undefined && (taken.has(own) || (own === '' && written.length === 1)))
        scope.set(own, this.#addOne(provider, originOf(index)));
      else {
        this.#push(each, originOf(index));
        scope.set(own, own);
      }
    }
    return scope;
  }

  /** The one that is there already, where nothing differs. */
  #addOne(provider: Fields, origin: Origin): string {
    const { id: named, ...others } = provider;
    const same = this.#idsOf.get(canonical(others)) ?? [];
    const known = named === undefined ? same[0] : same.find((id) => id === named);
    if (known !== undefined) return known;
    const wanted = textOf(provider['id']) || textOf(provider['type']) || 'provider';
    const id = this.#unique(wanted);
    if (id !== wanted)
      this.#notes.push({ path: origin([]), expected: `an id of its own: it is called ${id} here` });
    this.#push({ ...provider, id }, origin);
    return id;
  }

  #push(provider: unknown, origin: Origin): void {
    const { id: named, ...others } = fieldsOf(provider) ?? {};
    const id = textOf(named);
    const same = canonical(others);
    this.#idsOf.set(same, [...(this.#idsOf.get(same) ?? []), id]);
    this.#taken.add(id);
    this.#providers.push(provider);
    this.#origins.push(origin);
  }

  #unique(wanted: string): string {
    let id = wanted;
    for (let n = 2; this.#taken.has(id); n++) id = `${wanted}-${n}`;
    return id;
  }
}

/** A value as text, whatever the order of its fields: files have thousands of rules, and comparing each two of them takes long. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    const fields = fieldsOf(each);
    return fields === undefined ? each : Object.fromEntries(Object.entries(fields).toSorted(byName));
  });
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
