import type { Dialect } from '../dialects/operation.ts';
import type { Manner } from './asked.ts';

/** Which translation it is. */
export interface Course {
  /** The name of the client's operation, and its dialect. */
  readonly operation: string;
  readonly dialect: Dialect;
  /** What the provider speaks. */
  readonly native: Dialect;
  /** In the provider's words. */
  readonly model: string;
  readonly manner: Manner;
  readonly stream: boolean;
}
