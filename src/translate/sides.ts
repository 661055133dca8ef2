import type { Dialect, Operation } from '../dialects/operation.ts';
import type { FarSide, NearSide } from './asked.ts';

/** By the names of the operations that generate something. */
const nearSides: ReadonlyMap<string, NearSide> = new Map();

/** By the dialect that a provider speaks. */
const farSides: ReadonlyMap<Dialect, FarSide> = new Map();

/** Reads and writes what clients speak; undefined where the operation is not translated. */
export function nearSideOf(operation: Operation): NearSide | undefined {
  return nearSides.get(operation.name);
}

/** Speaks with providers; undefined where nothing is translated to the dialect. */
export function farSideOf(dialect: Dialect): FarSide | undefined {
  return farSides.get(dialect);
}
