import type { Call } from '../../dialects/operations/call.ts';

/** Tokens as OpenAI counts them. */
export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** A piece of a vendor's response. */
export interface Piece {
  readonly text?: string;
  readonly reasoning?: string;
  /** Index of its choice; 0 where there is none. */
  readonly choice?: number;
  /** The speaker's name, where the vendor gives one. */
  readonly name?: string;
  /** The vendor's id of the response. */
  readonly id?: string;
  readonly usage?: ChatUsage;
  /** The response is complete. */
  readonly isEnd?: boolean;
}

/** Writes OpenAI's chat completions. */
export class ChatWriter {
  readonly #model: string;
  readonly #created: number;
  readonly #wantsUsage: boolean;
  /** Choices with at least one chunk. */
  readonly #started = new Set<number>();
  #id: string;
  #usage: ChatUsage | undefined;

  /** @param wantsUsage the client requested the usage of a stream */
  constructor(call: Call, model: string | undefined, wantsUsage: boolean) {
    this.#model = call.model ?? model ?? '';
    this.#created = Math.floor(call.acceptedAt / 1000);
    this.#wantsUsage = wantsUsage;
    this.#id = `chatcmpl-${call.id}`;
  }

  /** A whole response as one completion. */
  completion(pieces: readonly Piece[]): object {
    for (const piece of pieces) this.#note(piece);
    const texts = pieces.filter(hasText);
    const indexes = new Set(texts.map(({ choice = 0 }) => choice));
    const choices = Array.from(indexes.size === 0 ? [0] : indexes, (index) =>
      choiceOf(
        index,
        texts.filter(({ choice = 0 }) => choice === index),
      ),
    );
    return { ...this.#frame('chat.completion'), choices, ...(this.#usage && { usage: this.#usage }) };
  }

  /** The event of a piece in a stream; empty where it has none. */
  chunk(piece: Piece): string {
    this.#note(piece);
    if (!hasText(piece)) return '';
    const { text, reasoning, choice = 0, name } = piece;
    const opening = this.#started.has(choice)
      ? {}
      : { role: 'assistant', ...(name !== undefined && { name }) };
    this.#started.add(choice);
    const delta = {
      ...opening,
      ...(reasoning !== undefined && { reasoning_content: reasoning }),
      ...(text !== undefined && { content: text }),
    };
    return this.#chunk([{ index: choice, delta, finish_reason: null }]);
  }

  /** The end of a stream. */
  end(): string {
    const started = this.#started.size === 0 ? [0] : [...this.#started];
    const ends = started.map((index) => this.#chunk([{ index, delta: {}, finish_reason: 'stop' }]));
    const usage = this.#wantsUsage && this.#usage !== undefined ? this.#chunk([], this.#usage) : '';
    return `${ends.join('')}${usage}data: [DONE]\n\n`;
  }

  #note({ id, usage }: Piece): void {
    if (id !== undefined && this.#started.size === 0) this.#id = id;
    this.#usage = usage ?? this.#usage;
  }

  #chunk(choices: readonly object[], usage?: ChatUsage): string {
    const chunk = { ...this.#frame('chat.completion.chunk'), choices, ...(usage && { usage }) };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  }

  #frame(object: string) {
    return { id: this.#id, object, created: this.#created, model: this.#model };
  }
}

function hasText({ text, reasoning }: Piece): boolean {
  return text !== undefined || reasoning !== undefined;
}

function choiceOf(index: number, pieces: readonly Piece[]): object {
  const reasoning = pieces.map(({ reasoning: each = '' }) => each).join('');
  const name = pieces.find((piece) => piece.name !== undefined)?.name;
  const message = {
    role: 'assistant',
    ...(name !== undefined && { name }),
    content: pieces.map(({ text = '' }) => text).join(''),
    ...(reasoning !== '' && { reasoning_content: reasoning }),
  };
  return { index, message, finish_reason: 'stop' };
}
