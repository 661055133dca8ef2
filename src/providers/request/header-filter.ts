import { forwardedProtocols } from '../../dialects/operations/realtime-protocols.ts';
import type { Vendor } from '../../catalog/row.ts';
import type { Family } from '../../dialects/operations/operation.ts';
import {
  IDENTITY,
  NEVER_PASSED,
  PASSED_BY_FAMILY,
  PASSED_EVERYWHERE,
  PASSED_TO_VENDOR,
  PASSED_WITH_GET,
  PASSED_WITH_OWN_CREDENTIAL,
} from '../../catalog/passed-headers.ts';

/** The bound of the cache of names: clients may invent any number of them. */
const MAX_CACHED_NAMES = 512;

/** What decides which headers pass. */
export interface HeaderFilterOptions {
  readonly family: Family;
  /** Whose own API it is; undefined where it is that of no vendor with clients of its own. */
  readonly vendor?: Vendor | undefined;
  /** Names that pass beside those that always do: of the type and of `passHeaders`. In lower case. */
  readonly names: readonly string[];
  /** The client's own credential is sent, or none: then headers that say whose request it is pass, too. */
  readonly isOwnCredential: boolean;
}

/** Which of a client's headers are sent to one provider: the allow-list of `catalog/passed-headers.ts`. */
export class HeaderFilter {
  readonly #names: readonly string[];
  readonly #isOwnCredential: boolean;
  /** By names as they were written: requests have the same few. */
  readonly #known = new Map<string, Disposition>();

  constructor({ family, vendor, names, isOwnCredential }: HeaderFilterOptions) {
    const own = isOwnCredential ? PASSED_WITH_OWN_CREDENTIAL[family] : [];
    const meant = vendor === undefined ? [] : PASSED_TO_VENDOR[vendor];
    this.#names = [...PASSED_EVERYWHERE, ...PASSED_BY_FAMILY[family], ...meant, ...own, ...names];
    this.#isOwnCredential = isOwnCredential;
  }

  /**
   * @param raw - name, value, name, value, as received
   * @returns the same form, in the same order, without those that are not passed or that `connection` names
   */
  filter(raw: readonly string[], isGet: boolean): string[] {
    const hopByHop = connectionNames(raw);
    const passed: string[] = [];
    for (let at = 0; at + 1 < raw.length; at += 2) {
      const name = raw[at] ?? '';
      const disposition = this.#dispositionOf(name);
      if (
        disposition === 'stops' ||
        (disposition === 'with-get' && !isGet) ||
        hopByHop?.includes(name.toLowerCase()) === true
      )
        continue;
      const value = raw[at + 1] ?? '';
      const left = disposition === 'protocols' ? forwardedProtocols(value, this.#isOwnCredential) : value;
      if (left !== '' || value === '') passed.push(name, left);
    }
    return passed;
  }

  #dispositionOf(name: string): Disposition {
    let disposition = this.#known.get(name);
    if (disposition === undefined) {
      disposition = this.#decide(name.toLowerCase());
      if (this.#known.size < MAX_CACHED_NAMES) this.#known.set(name, disposition);
    }
    return disposition;
  }

  #decide(lowerName: string): Disposition {
    if (matchName(NEVER_PASSED, lowerName) !== undefined) return 'stops';
    if (lowerName === 'sec-websocket-protocol') return 'protocols';
    if (PASSED_WITH_GET.includes(lowerName)) return 'with-get';
    switch (matchName(this.#names, lowerName)) {
      case 'exact':
        return 'passes';
      case 'prefix':
        return this.#isOwnCredential || !IDENTITY.test(lowerName) ? 'passes' : 'stops';
      case undefined:
        return 'stops';
    }
  }
}

/** What becomes of a header; `protocols`: those of its values that are no credentials pass. */
type Disposition = 'passes' | 'stops' | 'with-get' | 'protocols';

/** How a name is in a list, whose items may end in `*`; undefined where it is not. */
function matchName(names: readonly string[], lowerName: string): 'exact' | 'prefix' | undefined {
  if (names.includes(lowerName)) return 'exact';
  return names.some((each) => each.endsWith('*') && lowerName.startsWith(each.slice(0, -1)))
    ? 'prefix'
    : undefined;
}

/** Headers that the sender's `connection` headers declare hop-by-hop; undefined for the usual `keep-alive`. */
function connectionNames(raw: readonly string[]): string[] | undefined {
  let names: string[] | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    if (name.length !== 10 || value === 'keep-alive' || name.toLowerCase() !== 'connection') continue;
    names = [...(names ?? []), ...value.split(',').map((item) => item.trim().toLowerCase())];
  }
  return names;
}
