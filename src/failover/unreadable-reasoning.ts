import { hash } from 'node:crypto';
import type { Call } from '../dialects/operations/call.ts';
import { withoutSeals } from '../translate/passed/sealed-history.ts';
import type { Provider } from '../providers/provider.ts';
import { withBody } from '../providers/shaping/shaper.ts';
import { LruMap } from '../routing/lru-map.ts';
import type { Verdict } from '../verdict/verdict.ts';

/*
 * Sealed reasoning is a text that one account, or one vendor, can read alone, and clients send it back with every further
 * turn. Where its maker's key is gone another one refuses the whole conversation, again and again. So the request is sent once
 * more to that provider, without what it could not read.
 */

/** Seals kept of one provider; the least recently seen ones are dropped. About 100 bytes each. */
const MAX_SEALS = 10_000;

/** A call without sealed reasoning that its provider cannot read. */
export interface UnsealedCall {
  readonly call: Call;
  /** What it lacks, as `x-sparekey-dropped` names it. */
  readonly dropped: string;
}

/** Whether a provider refused a request because it cannot read sealed reasoning in it. */
export function isUnreadableReasoning({ verdict }: { readonly verdict: Verdict }): boolean {
  return verdict.class === 'client_error' && verdict.rule.includes('unreadable-reasoning');
}

/**
 * What one provider has refused to read, so that the next turn of a conversation does not have to ask again. In this process,
 * by hashes alone. Who pays where it was read wrongly: a conversation whose model has lost the thoughts of earlier turns.
 */
export class UnreadableReasoning {
  readonly #seals = new LruMap<true>(MAX_SEALS);

  /** The call as this provider can read it; undefined where it holds nothing that is known to be refused. Costs nothing where nothing was. */
  known(call: Call, provider: Provider): UnsealedCall | undefined {
    if (this.#seals.size === 0) return undefined;
    return unsealed(call, provider, (seal) => this.#seals.get(idOf(seal)) === true);
  }

  /** The provider could not read this call: it as it is sent once more. Undefined where it holds no sealed reasoning. */
  learn(call: Call, provider: Provider): UnsealedCall | undefined {
    return unsealed(call, provider, (seal) => {
      this.#seals.set(idOf(seal), true);
      return true;
    });
  }
}

function unsealed(
  call: Call,
  { config }: Provider,
  isUnreadable: (seal: string) => boolean,
): UnsealedCall | undefined {
  const { body, target } = call;
  // What is passed as it came is not edited, and what is too large to keep cannot be.
  if (config.protocol === 'original' || body.kind === 'streamed' || body.bytes.length === 0) return undefined;
  const { bytes, dropped } = withoutSeals(body.bytes, target.operation, isUnreadable);
  if (bytes === body.bytes) return undefined;
  call.memory?.hold(bytes.length);
  return { call: withBody(call, bytes), dropped };
}

/** Nothing of a seal is kept. 132 bits. */
function idOf(seal: string): string {
  return hash('sha256', seal, 'base64url').slice(0, 22);
}
