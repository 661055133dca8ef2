import type { Dice } from '../system/cluster-simulation/dice.ts';

/** One place where foreign bytes come in, and what must hold whatever they are. */
export interface FuzzTarget {
  /** Names its folder in the corpus. */
  readonly name: string;
  /** Good inputs, to begin with. */
  readonly seeds: readonly Buffer[];
  /** Pieces of the syntax here, for mutations to insert. */
  readonly words: readonly string[];
  /**
   * Throws, or rejects, where a promise is broken.
   * @param random for what is chosen beside the input, such as where a stream is cut
   */
  readonly run: (input: Buffer, random: Dice) => void | Promise<void>;
  /** How many new inputs a run of the tests tries: thousands where it takes microseconds, few where it takes sockets. */
  readonly newInputs: number;
  /** Ends what it started. */
  readonly close?: () => Promise<void>;
}

/** Starts what a target needs. */
export type OpenTarget = () => FuzzTarget | Promise<FuzzTarget>;
