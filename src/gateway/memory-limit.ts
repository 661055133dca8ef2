import type { Config } from '../config/schema/schema.ts';
import { machineMemory } from '../base/machine-memory.ts';

/**
 * Of the memory there is. The rest is for what is not counted: the program, its threads and their heaps, what the
 * operating system holds of connections, and garbage that is not collected yet. What is free at the start says nothing of
 * later, and the limit of V8's heap nothing of bytes, which are not on it.
 */
const DEFAULT_SHARE = 1 / 4;

/**
 * What the requests of one process may hold together. Bytes.
 * @param processes - that serve, with the same limit each
 */
export function memoryLimit({ limits }: Pick<Config, 'limits'>, processes: number): number {
  return limits.memory ?? (machineMemory() * DEFAULT_SHARE) / processes;
}
