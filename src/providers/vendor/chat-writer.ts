import type { Call } from '../../dialects/operations/call.ts';

/** Tokens as OpenAI counts them. */
export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
  readonly completion_tokens_details?: { readonly reasoning_tokens: number };
}

/** A call of a tool, or a piece of one. */
export interface CallPiece {
  /** Of the call among those of its choice. */
  readonly index: number;
  /** In its first piece. */
  readonly id?: string;
  readonly name?: string;
  /** More of them. */
  readonly arguments?: string;
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
  readonly calls?: readonly CallPiece[];
  /** Why its choice ended, as OpenAI has it. Absent at the end: `stop`. */
  readonly finish?: string;
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
  /** Why choices ended, where that was said. */
  readonly #finishes = new Map<number, string>();
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
    const outputs = pieces.filter(hasOutput);
    const indexes = new Set(outputs.map(({ choice = 0 }) => choice));
    const choices = Array.from(indexes.size === 0 ? [0] : indexes, (index) => ({
      index,
      message: messageOf(outputs.filter(({ choice = 0 }) => choice === index)),
      finish_reason: this.#finishOf(index),
    }));
    return { ...this.#frame('chat.completion'), choices, ...(this.#usage && { usage: this.#usage }) };
  }

  /** The event of a piece in a stream; empty where it has none. */
  chunk(piece: Piece): string {
    this.#note(piece);
    if (!hasOutput(piece)) return '';
    const { text, reasoning, choice = 0, name, calls = [] } = piece;
    const opening = this.#started.has(choice)
      ? {}
      : { role: 'assistant', ...(name !== undefined && { name }) };
    this.#started.add(choice);
    const delta = {
      ...opening,
      ...(reasoning !== undefined && { reasoning_content: reasoning }),
      ...(text !== undefined && { content: text }),
      ...(calls.length > 0 && { tool_calls: calls.map(callDelta) }),
    };
    return this.#chunk([{ index: choice, delta, finish_reason: null }]);
  }

  /** The end of a stream. */
  end(): string {
    const started = this.#started.size === 0 ? [0] : [...this.#started];
    const ends = started.map((index) =>
      this.#chunk([{ index, delta: {}, finish_reason: this.#finishOf(index) }]),
    );
    const usage = this.#wantsUsage && this.#usage !== undefined ? this.#chunk([], this.#usage) : '';
    return `${ends.join('')}${usage}data: [DONE]\n\n`;
  }

  #note({ id, usage, choice = 0, finish }: Piece): void {
    if (id !== undefined && this.#started.size === 0) this.#id = id;
    this.#usage = usage ?? this.#usage;
    if (finish !== undefined) this.#finishes.set(choice, finish);
  }

  #finishOf(choice: number): string {
    return this.#finishes.get(choice) ?? 'stop';
  }

  #chunk(choices: readonly object[], usage?: ChatUsage): string {
    const chunk = { ...this.#frame('chat.completion.chunk'), choices, ...(usage && { usage }) };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  }

  #frame(object: string) {
    return { id: this.#id, object, created: this.#created, model: this.#model };
  }
}

function hasOutput({ text, reasoning, calls = [] }: Piece): boolean {
  return text !== undefined || reasoning !== undefined || calls.length > 0;
}

function callDelta({ index, id, name, arguments: more }: CallPiece): object {
  return {
    index,
    ...(id !== undefined && { id, type: 'function' }),
    function: { ...(name !== undefined && { name }), ...(more !== undefined && { arguments: more }) },
  };
}

function messageOf(pieces: readonly Piece[]): object {
  const reasoning = pieces.map(({ reasoning: each = '' }) => each).join('');
  const name = pieces.find((piece) => piece.name !== undefined)?.name;
  const text = pieces.map(({ text: each = '' }) => each).join('');
  const calls = wholeCalls(pieces.flatMap((piece) => piece.calls ?? []));
  return {
    role: 'assistant',
    ...(name !== undefined && { name }),
    content: text === '' && calls.length > 0 ? null : text,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function wholeCalls(pieces: readonly CallPiece[]): object[] {
  const byIndex = Map.groupBy(pieces, ({ index }) => index);
  return Array.from(byIndex.values(), (parts) => ({
    id: parts.find(({ id }) => id !== undefined)?.id ?? '',
    type: 'function',
    function: {
      name: parts.map(({ name = '' }) => name).join(''),
      arguments: parts.map(({ arguments: more = '' }) => more).join(''),
    },
  }));
}
