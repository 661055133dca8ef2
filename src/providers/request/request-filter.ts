import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { familyOf } from '../../dialects/operations/operation.ts';
import type { Family } from '../../dialects/operations/operation.ts';
import type { Key } from '../../keys/key.ts';
import { HeaderFilter } from './header-filter.ts';
import { filterQuery } from './query-filter.ts';
import { PASSED_TO_BEDROCK } from '../../catalog/passed-headers.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** An adapter that is given of each call those headers and query parameters alone that may be sent to its provider. */
export function withRequestFilter<Adapter extends ProviderAdapter>(
  adapter: Adapter,
  { type, passHeaders, minimaxGroupId }: ProviderConfig,
): Adapter {
  const { vendor, passedClientHeaders = [], passedClientParameters = [] } = providerTypeOf(type);
  const parameters = minimaxGroupId === undefined ? passedClientParameters : [];
  const names = [...passedClientHeaders, ...passHeaders];
  const filters = new Map<string, HeaderFilter>();
  /** @param isClients - the client speaks that API itself: nothing was translated */
  const filterFor = (family: Family, isClients: boolean, isOwnCredential: boolean): HeaderFilter => {
    const filterKey = `${family} ${isClients} ${isOwnCredential}`;
    let passed = filters.get(filterKey);
    if (passed === undefined) {
      const ofFamily = family === 'bedrock' && isClients ? PASSED_TO_BEDROCK : [];
      const options = { family, vendor, names: [...names, ...ofFamily], isOwnCredential };
      filters.set(filterKey, (passed = new HeaderFilter(options)));
    }
    return passed;
  };
  return {
    ...adapter,
    build: (call: Call, key: Key | undefined, model) => {
      const { target } = call;
      const { operation } = target;
      const family = familyOf(operation.dialect);
      const isOwnCredential = key === undefined;
      // Of what belongs to no operation the parameters are not known.
      const queryFamily = operation.isPassthrough ? 'vendor' : family;
      const query = filterQuery(target.query, queryFamily, isOwnCredential, parameters);
      const passed = {
        ...call,
        headers: filterFor(family, call.isTranslated !== true, isOwnCredential).filter(
          call.headers,
          operation.method === 'GET',
        ),
        target: query === target.query ? target : { ...target, query },
      };
      return adapter.build(passed, key, model);
    },
  };
}
