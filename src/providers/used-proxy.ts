import type { ProxyAddress } from '../base/proxy-address.ts';

/** The proxy that requests go by: the first that is said; undefined where they go directly. */
export function usedProxy(...said: readonly (ProxyAddress | 'none' | undefined)[]): ProxyAddress | undefined {
  const proxy = said.find((each) => each !== undefined);
  return proxy === 'none' ? undefined : proxy;
}
