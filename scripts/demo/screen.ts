import { renderEvent, renderFrame, renderLine, type Snapshot } from './render.ts';
import type { DemoEvent } from './event-log.ts';

const FRAME_MS = 100;
const SENTENCE_MS = 1_000;

const HIDE_CURSOR = '\u{1b}[?25l';
const SHOW_CURSOR = '\u{1b}[?25h';
const CLEAR_TO_LINE_END = '\u{1b}[K';
const CLEAR_BELOW = '\u{1b}[J';
const upBy = (lines: number): string => (lines > 0 ? `\u{1b}[${lines}A` : '');

/** Where a run is shown. */
export interface Screen {
  /** How often it wants to be shown the present moment. Milliseconds. */
  readonly everyMs: number;
  show(snapshot: Snapshot): void;
  /** Something has just happened. */
  showEvent(event: DemoEvent): void;
  /** Leaves the last picture status, and the terminal as it was. */
  close(): void;
}

/** A live picture on a terminal, plain lines elsewhere. */
export function openScreen(output: NodeJS.WriteStream): Screen {
  return output.isTTY ? new LivePicture(output) : new PlainLines(output);
}

/** Draws each picture over the last one. */
class LivePicture implements Screen {
  readonly everyMs = FRAME_MS;
  readonly #output: NodeJS.WriteStream;
  #drawn = 0;

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
    output.write(HIDE_CURSOR);
  }

  show(snapshot: Snapshot): void {
    const lines = renderFrame(snapshot, this.#output.columns, this.#output.rows);
    const text = lines.map((each) => `${each}${CLEAR_TO_LINE_END}\n`).join('');
    this.#output.write(`${upBy(this.#drawn)}\r${text}${CLEAR_BELOW}`);
    this.#drawn = lines.length;
  }

  showEvent(): void {
    // The next picture shows it.
  }

  close(): void {
    this.#output.write(SHOW_CURSOR);
  }
}

class PlainLines implements Screen {
  readonly everyMs = SENTENCE_MS;
  readonly #output: NodeJS.WriteStream;

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
  }

  show(snapshot: Snapshot): void {
    this.#output.write(`${renderLine(snapshot)}\n`);
  }

  showEvent(event: DemoEvent): void {
    this.#output.write(`${renderEvent(event)}\n`);
  }

  close(): void {
    // Nothing was changed.
  }
}
