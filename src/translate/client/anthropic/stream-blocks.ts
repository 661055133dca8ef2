import type { Json } from '../../../base/json.ts';

/** A block of a message, as it starts. */
export interface BlockStart {
  /** Identifies the block. */
  readonly key: string;
  /** A tool's call is written to its end before another block may start; text may be ended at any time. */
  readonly kind: 'text' | 'tool';
  readonly block: Json;
}

interface Block extends BlockStart {
  readonly deltas: Json[];
  isEmpty: boolean;
  isWhole: boolean;
}

/**
 * The blocks of one message, one after another. In other dialects the calls of several tools may be interleaved; Anthropic's
 * blocks never overlap, so those that come while a call is being written wait for its end.
 */
export class StreamBlocks {
  #open: Block | undefined;
  #waiting: Block[] = [];
  #index = -1;

  has(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  /** Whether it has no deltas. */
  isEmpty(key: string): boolean {
    return this.#find(key)?.isEmpty ?? true;
  }

  /** Starts a block, unless it has started. */
  start(start: BlockStart): string {
    if (this.has(start.key)) return '';
    const block: Block = { ...start, deltas: [], isEmpty: true, isWhole: false };
    if (this.#open?.kind === 'tool') {
      this.#waiting.push(block);
      return '';
    }
    return this.#close() + this.#start(block);
  }

  /** Adds to a block that has started. */
  append(key: string, delta: Json): string {
    const block = this.#find(key);
    if (block === undefined) return '';
    block.isEmpty = false;
    if (block === this.#open) return this.#delta(delta);
    block.deltas.push(delta);
    return '';
  }

  /** Ends a block, and writes those that have waited for it. */
  finish(key: string): string {
    const block = this.#find(key);
    if (block === undefined) return '';
    block.isWhole = true;
    return block === this.#open ? this.#close() + this.#next() : '';
  }

  finishAll(): string {
    for (const block of this.#waiting) block.isWhole = true;
    return this.#close() + this.#next();
  }

  #find(key: string): Block | undefined {
    return this.#open?.key === key ? this.#open : this.#waiting.find((block) => block.key === key);
  }

  #next(): string {
    let written = '';
    for (let block = this.#waiting.shift(); block !== undefined; block = this.#waiting.shift()) {
      written += this.#start(block);
      if (!block.isWhole && block.kind === 'tool') return written;
      written += this.#close();
    }
    return written;
  }

  #start(block: Block): string {
    this.#open = block;
    this.#index++;
    const start = event({ type: 'content_block_start', index: this.#index, content_block: block.block });
    return start + block.deltas.map((delta) => this.#delta(delta)).join('');
  }

  #delta(delta: Json): string {
    return event({ type: 'content_block_delta', index: this.#index, delta });
  }

  #close(): string {
    if (this.#open === undefined) return '';
    this.#open = undefined;
    return event({ type: 'content_block_stop', index: this.#index });
  }
}

/** An event of Anthropic's streams: its data repeats its name. */
export function event(data: Json): string {
  return `event: ${String(data['type'])}\ndata: ${JSON.stringify(data)}\n\n`;
}
