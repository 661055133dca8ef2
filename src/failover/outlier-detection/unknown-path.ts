import type { AttemptEnded } from '../../keys/record/event.ts';
import type { PooledKey } from '../../keys/pool/pool.ts';

/** So long what a key has answered speaks for it. Milliseconds. */
const ANSWERED_MS = 10 * 60_000;

/**
 * Whether what failed may be the path, which belongs to no operation, and not the key: a client can ask for anything, and
 * servers refuse what they do not have, or have for other keys, in every way there is. Then nothing is recorded but that the
 * key is to be checked; throttles count as ever. A refusal is believed of a key that has answered nothing for ten minutes.
 *
 * Who pays: requests for such paths, which try a key that fails there, each anew, until other requests or a check have shown
 * that it fails everywhere.
 */
export function isOfUnknownPath(
  { lastSuccessAt }: Pick<PooledKey, 'lastSuccessAt'>,
  { unknownPath, effect, at }: AttemptEnded,
): boolean {
  if (unknownPath !== true) return false;
  switch (effect.kind) {
    case 'counts':
    case 'denies':
      return true;
    case 'condemns':
      return lastSuccessAt > 0 && at - lastSuccessAt < ANSWERED_MS;
    case 'succeeds':
    case 'throttles':
    case 'none':
      return false;
  }
}
