import type { Block } from './model-output.ts';

/** The events by which a dialect announces a block of an answer, sends a piece of it, and ends it. */
export interface BlockWriter<Event> {
  opening(block: Block, index: number): readonly Event[];
  delta(block: Block, index: number, piece: string): Event;
  closing(block: Block, index: number): readonly Event[];
}

/** The events of blocks, as a stream has them. */
export interface BlockChunks<Event> {
  /** What announces the first block. */
  readonly opening: readonly Event[];
  /** Those of each piece; what ends a block and announces the next stands with the pieces beside it. */
  readonly output: readonly (readonly Event[])[];
  /** What ends the last block. */
  readonly closing: readonly Event[];
}

/** Writes blocks, so that each piece is a chunk of its own. */
export function inChunks<Event>(blocks: readonly Block[], writer: BlockWriter<Event>): BlockChunks<Event> {
  const last = blocks.length - 1;
  const [first] = blocks;
  const final = blocks[last];
  return {
    opening: first === undefined ? [] : writer.opening(first, 0),
    output: blocks.flatMap((block, index) =>
      block.pieces.map((piece, at) => [
        ...(index > 0 && at === 0 ? writer.opening(block, index) : []),
        writer.delta(block, index, piece),
        ...(index < last && at === block.pieces.length - 1 ? writer.closing(block, index) : []),
      ]),
    ),
    closing: final === undefined ? [] : writer.closing(final, last),
  };
}
