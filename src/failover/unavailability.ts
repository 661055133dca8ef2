import { isOverdue } from '../keys/record/check-due.ts';
import type { PooledKey } from '../keys/pool/pool.ts';
import { holdOn, settle } from '../keys/record/record.ts';

/** Until when a key in service is held from a model, by its record or by denials known to this process alone. */
export function heldUntil(
  { key, record, unknownModels }: PooledKey,
  model: string,
  now: number,
): number | undefined {
  const held = record.state === 'in-service' ? holdOn(record, model, now) : undefined;
  return held?.until ?? unknownModels.deniedUntil(key.id, model, now);
}

/** Why a key cannot be used for a model now. */
export interface Unavailability {
  /** When it ends or is tested; Infinity where neither is scheduled. Milliseconds since the epoch. */
  readonly dueAt: number;
  /** The key may be tried as a last resort. */
  readonly ambiguous: boolean;
  readonly epoch: number;
}

/** What a key is needed for. */
interface AvailabilityQuery {
  /** As the provider names it, or `ANY_MODEL`. */
  readonly model: string;
  readonly now: number;
  /** The provider has health checks, which put keys back. */
  readonly hasHealthChecks: boolean;
}

/** Why a key cannot be used; undefined where it can, or is disabled. */
export function unavailabilityOf(
  { key, record, domain, unknownModels }: PooledKey,
  { model, now, hasHealthChecks }: AvailabilityQuery,
): Unavailability | undefined {
  const settled = settle(record, now);
  const { epoch } = settled;
  switch (settled.state) {
    case 'disabled':
      return undefined;
    case 'out-of-service':
      return {
        dueAt: Math.min(hasHealthChecks ? settled.nextCheckAt : Infinity, settled.returnsAt ?? Infinity),
        ambiguous: settled.cause === 'failures' || (hasHealthChecks && isOverdue(settled, now)),
        epoch,
      };
    case 'in-service': {
      const held = holdOn(settled, model, now);
      const domainUntil = domain?.heldUntil(model, now);
      const deniedUntil = unknownModels.deniedUntil(key.id, model, now);
      if (held === undefined && domainUntil === undefined && deniedUntil === undefined) return undefined;
      return {
        dueAt: Math.max(held?.until ?? 0, domainUntil ?? 0, deniedUntil ?? 0),
        ambiguous: held?.cause !== 'throttled' && domainUntil === undefined,
        epoch,
      };
    }
  }
}
