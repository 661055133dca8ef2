import { forwardedProtocols } from '../../dialects/operations/realtime-protocols.ts';
import type { Family } from '../../dialects/operations/operation.ts';
import {
  PASSED_BY_FAMILY,
  PASSED_EVERYWHERE,
  PASSED_WITH_GET,
  PASSED_WITH_OWN_CREDENTIAL,
  matchHeaderName,
  isIdentity,
  neverPasses,
} from '../../catalog/passed-headers.ts';

/** How many names are remembered, so that a client which invents them costs no memory. */
const MAX_CACHED_NAMES = 512;

/** What decides about headers: where a request goes, in whose words, and with whose credential. */
export interface HeaderFilterOptions {
  readonly family: Family;
  /** What passes to this provider beside what passes to all: of its type, and of its configuration. In lower case. */
  readonly names: readonly string[];
  /** Whether the client's own credential travels, or none: then what says whose request it is does so as well. */
  readonly isOwnCredential: boolean;
}

/** Which of a client's headers travel on to one provider. */
export class HeaderFilter {
  readonly #names: readonly string[];
  readonly #isOwnCredential: boolean;
  /** What was found out of names, as they were written: of a few, again and again. */
  readonly #known = new Map<string, Disposition>();

  constructor({ family, names, isOwnCredential }: HeaderFilterOptions) {
    const own = isOwnCredential ? PASSED_WITH_OWN_CREDENTIAL[family] : [];
    this.#names = [...PASSED_EVERYWHERE, ...PASSED_BY_FAMILY[family], ...own, ...names];
    this.#isOwnCredential = isOwnCredential;
  }

  /**
   * @param raw - name, value, name, value, as received
   * @returns the same form, in the same order, without those that stop here or that `connection` names
   */
  filter(raw: readonly string[], isGet: boolean): string[] {
    const hopByHop = connectionNames(raw);
    const passed: string[] = [];
    for (let at = 0; at + 1 < raw.length; at += 2) {
      const name = raw[at] ?? '';
      const disposition = this.#fateOf(name);
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

  #fateOf(name: string): Disposition {
    let disposition = this.#known.get(name);
    if (disposition === undefined) {
      disposition = this.#decide(name.toLowerCase());
      if (this.#known.size < MAX_CACHED_NAMES) this.#known.set(name, disposition);
    }
    return disposition;
  }

  #decide(lowerName: string): Disposition {
    if (neverPasses(lowerName)) return 'stops';
    if (lowerName === 'sec-websocket-protocol') return 'protocols';
    if (PASSED_WITH_GET.includes(lowerName)) return 'with-get';
    switch (matchHeaderName(this.#names, lowerName)) {
      case 'name':
        return 'passes';
      case 'beginning':
        return this.#isOwnCredential || !isIdentity(lowerName) ? 'passes' : 'stops';
      case 'none':
        return 'stops';
    }
  }
}

/** What becomes of a header. */
type Disposition = 'passes' | 'stops' | 'with-get' | 'protocols';

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
