import type { Call } from '../../dialects/operations/call.ts';

/** Tokens as OpenAI counts them. */
export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** What a piece of a provider's answer says. */
export interface Piece {
  readonly text?: string;
  readonly reasoning?: string;
  /** Which of several choices it belongs to; the first where it does not say. */
  readonly choice?: number;
  /** Who speaks, where the provider says something of it. */
  readonly name?: string;
  /** The provider's own id of the answer. */
  readonly id?: string;
  readonly usage?: ChatUsage;
  /** The answer is all there. */
  readonly isEnd?: boolean;
}

/** Writes what providers say in OpenAI's chat dialect. */
export class ChatWriter {
  readonly #model: string;
  readonly #created: number;
  readonly #wantsUsage: boolean;
  /** The choices that have been begun. */
  readonly #begun = new Set<number>();
  #id: string;
  #usage: ChatUsage | undefined;

  /** @param wantsUsage the client asked for usage at the end of a stream */
  constructor(call: Call, model: string | undefined, wantsUsage: boolean) {
    this.#model = call.model ?? model ?? '';
    this.#created = Math.floor(call.acceptedAt / 1000);
    this.#wantsUsage = wantsUsage;
    this.#id = `chatcmpl-${call.id}`;
  }

  /** All of an answer as one completion. */
  completion(pieces: readonly Piece[]): object {
    for (const chunk of pieces) this.#note(chunk);
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

  /** What a piece becomes in a stream: one event, or nothing. */
  chunk(chunk: Piece): string {
    this.#note(chunk);
    if (!hasText(chunk)) return '';
    const { text, reasoning, choice = 0, name } = chunk;
    const opening = this.#begun.has(choice) ? {} : { role: 'assistant', ...(name !== undefined && { name }) };
    this.#begun.add(choice);
    const delta = {
      ...opening,
      ...(reasoning !== undefined && { reasoning_content: reasoning }),
      ...(text !== undefined && { content: text }),
    };
    return this.#chunk([{ index: choice, delta, finish_reason: null }]);
  }

  /** The end of a stream. */
  end(): string {
    const begun = this.#begun.size === 0 ? [0] : [...this.#begun];
    const ends = begun.map((index) => this.#chunk([{ index, delta: {}, finish_reason: 'stop' }]));
    const usage = this.#wantsUsage && this.#usage !== undefined ? this.#chunk([], this.#usage) : '';
    return `${ends.join('')}${usage}data: [DONE]\n\n`;
  }

  #note({ id, usage }: Piece): void {
    if (id !== undefined && this.#begun.size === 0) this.#id = id;
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
  const reasoning = pieces.map(({ reasoning: words = '' }) => words).join('');
  const name = pieces.find((piece) => piece.name !== undefined)?.name;
  const message = {
    role: 'assistant',
    ...(name !== undefined && { name }),
    content: pieces.map(({ text = '' }) => text).join(''),
    ...(reasoning !== '' && { reasoning_content: reasoning }),
  };
  return { index, message, finish_reason: 'stop' };
}
