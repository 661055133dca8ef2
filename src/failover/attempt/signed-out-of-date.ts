import type { Provider } from '../../providers/provider.ts';
import { headerText } from '../../upstream/exchange.ts';
import type { UpstreamResult } from '../../upstream/exchange.ts';

/** The statuses by which vendors refuse a credential; AWS has 400 for a request that expired (RequestExpired). */
const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403]);

/** Whether a whole answer may refuse the credential. Tencent Cloud does so within a 200. */
export function isRefused(opening: UpstreamResult): boolean {
  if (opening.kind !== 'whole') return false;
  return opening.status < 300 ? opening.watch.error !== undefined : REFUSALS.has(opening.status);
}

/**
 * Whether a refused request said a time that is not its provider's, which is no fault of the key, whatever the words of the
 * refusal. The provider's clock is known from then on.
 * @param signedAt - the time that it said; undefined where nothing was signed
 */
export function isSignedOutOfDate(
  opening: UpstreamResult,
  signedAt: number | undefined,
  { signingClock }: Pick<Provider, 'signingClock'>,
): boolean {
  if (signedAt === undefined || signingClock === undefined || !isRefused(opening)) return false;
  if (!('headers' in opening)) return false;
  return signingClock.learn(headerText(opening.headers['date']), signedAt);
}
