import { recordId } from '../../src/keys/key.ts';
import type { KeyRecord } from '../../src/keys/record.ts';
import type { KeyPolicy } from '../../src/keys/reducer.ts';
import type { GatewayProcess } from './gateway-process.ts';
import type { NamedKey } from './providers.ts';

interface Word {
  readonly type: 'disabled' | 'enabled';
  readonly process: GatewayProcess;
  /** How many events its process had applied to the key, this one included. */
  readonly applied: number;
}

/**
 * Takes keys out of service and puts them back, at whichever node is at hand. Gives no new word on a key before
 * the last one has reached the store and the node at hand, so that there is no doubt which one is the last.
 */
export class Operator {
  readonly #words = new Map<string, Word>();

  /** @returns whether it was a time to say it */
  say(type: Word['type'], key: NamedKey, process: GatewayProcess, at: number, policy: KeyPolicy): boolean {
    const id = recordId(key);
    const last = this.#words.get(id);
    const isDisabled = process.book?.record(key).state === 'disabled';
    if (process.book === undefined || isDisabled === (type === 'disabled')) return false;
    if (last !== undefined && (!isWritten(id, last) || isDisabled !== (last.type === 'disabled')))
      return false;
    process.apply(key, { type, at }, policy);
    this.#words.set(id, { type, process, applied: process.applied(id) });
    return true;
  }

  /**
   * Whether a key's final record is as the operator wanted it. A word is void where its process was killed
   * before it was written, and where the store has lost it and its process is no longer there to know better.
   */
  isObeyed(key: NamedKey, record: KeyRecord, storeLost: boolean): boolean {
    const id = recordId(key);
    const last = this.#words.get(id);
    if (last === undefined) return record.state !== 'disabled';
    const isVoid = !last.process.alive && (storeLost || !isWritten(id, last));
    return isVoid || (record.state === 'disabled') === (last.type === 'disabled');
  }
}

function isWritten(id: string, { process, applied }: Word): boolean {
  return process.written(id) >= applied;
}
