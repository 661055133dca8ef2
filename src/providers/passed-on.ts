import type { ProviderConfig } from '../config/schema.ts';
import type { Call } from '../dialects/call.ts';
import { familyOf } from '../dialects/operation.ts';
import type { Family } from '../dialects/operation.ts';
import type { Key } from '../keys/key.ts';
import { PassedHeaders } from './headers.ts';
import { passedQuery } from './query.ts';
import { providerTypes } from './types.ts';
import type { Wire } from './wire.ts';

/** A wire that is given of each call what may travel on to its provider: of the client's headers and query, some. */
export function withPassedOn(wire: Wire, { type, passHeaders }: ProviderConfig): Wire {
  const names = [...(providerTypes.get(type)?.headers ?? []), ...passHeaders];
  const known = new Map<string, PassedHeaders>();
  const passedHeaders = (family: Family, isOwnCredential: boolean): PassedHeaders => {
    const which = `${family} ${isOwnCredential}`;
    let passed = known.get(which);
    if (passed === undefined)
      known.set(which, (passed = new PassedHeaders({ family, names, isOwnCredential })));
    return passed;
  };
  return {
    ...wire,
    build: (call: Call, key: Key | undefined, model) => {
      const { target } = call;
      const { operation } = target;
      const family = familyOf(operation.dialect);
      const isOwnCredential = key === undefined;
      const query = passedQuery(target.query, family, isOwnCredential);
      const passed = {
        ...call,
        headers: passedHeaders(family, isOwnCredential).of(call.headers, operation.method === 'GET'),
        target: query === target.query ? target : { ...target, query },
      };
      return wire.build(passed, key, model);
    },
  };
}
