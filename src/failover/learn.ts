import type { PooledKey } from '../keys/pool.ts';
import { domainIn } from '../providers/learned-domain.ts';
import type { Provider } from '../providers/provider.ts';
import type { ResponseHeaders } from '../upstream/exchange.ts';
import { remainingIn } from './remaining.ts';

/**
 * Takes over what any answer says of its key beside the answer itself: whose limits it shares, and how much is
 * left of them for `model`.
 * @param now - milliseconds since the epoch
 */
export function learn(
  { pool }: Provider,
  pooled: PooledKey,
  model: string,
  headers: ResponseHeaders,
  now: number,
): void {
  const domain = domainIn(headers);
  if (domain !== undefined && domain !== pooled.domain?.name) pool.learnDomain(pooled.key.id, domain);

  const remaining = remainingIn(headers, now);
  if (remaining.kind === 'untold') return;
  pooled.headroom.note(model, remaining.kind === 'scarce' ? now + remaining.resetMs : undefined);
}
