import { asObject, isPresent, objectsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { TranslationError } from '../../translate/response-translator.ts';
import type { CallPiece, ChatUsage, Piece } from './chat-writer.ts';
import { objectIn, textIn, usageIn } from './json-fields.ts';
import type { VendorResponseReader } from './vendor-chat-translator.ts';

const USAGE = { prompt: 'input_tokens', completion: 'output_tokens', total: 'total_tokens' };

/** Reads DashScope's responses with `result_format: message`, and streams with `incremental_output`. */
export class QwenReader implements VendorResponseReader {
  /** Of calls that have begun, by their index: some models repeat id and name in every piece. */
  readonly #calls = new Map<number, { readonly id: string; readonly name: string }>();

  readWhole(body: Json): readonly Piece[] {
    const choices = objectsOf(objectIn(body, 'output')?.['choices']);
    if (choices.length === 0) throw new TranslationError('DashScope answered without choices');
    return choices.map((choice, at) => {
      this.#calls.clear();
      return this.#piece(body, choice, at, true);
    });
  }

  readFrame(name: string, data: Json): Piece | undefined {
    if (name === 'error' || (isPresent(data['code']) && isPresent(data['message'])))
      throw new TranslationError('DashScope sent an error');
    const [choice] = objectsOf(objectIn(data, 'output')?.['choices']);
    return choice === undefined ? undefined : this.#piece(data, choice, 0, false);
  }

  #piece(body: Json, choice: Json, at: number, isWhole: boolean): Piece {
    const message = asObject(choice['message']) ?? {};
    const text = textOf(message['content']);
    const reasoning = textIn(message, 'reasoning_content') ?? '';
    const calls = objectsOf(message['tool_calls']).map((call, index) => this.#call(call, index));
    const id = textIn(body, 'request_id');
    const usage = usageOf(objectIn(body, 'usage'));
    // A stream has the text `null` until its end.
    const finish = textIn(choice, 'finish_reason') ?? 'null';
    return {
      choice: at,
      ...((text !== '' || isWhole) && { text }),
      ...(reasoning !== '' && { reasoning }),
      ...(calls.length > 0 && { calls }),
      ...(id !== undefined && { id }),
      ...(usage !== undefined && { usage }),
      ...(finish !== 'null' && finish !== '' && { finish, isEnd: true }),
    };
  }

  #call(call: Json, at: number): CallPiece {
    const index = typeof call['index'] === 'number' ? call['index'] : at;
    const called = asObject(call['function']);
    const known = this.#calls.get(index);
    const id = textIn(call, 'id') ?? '';
    const name = textIn(called, 'name') ?? '';
    const more = textIn(called, 'arguments');
    if (known === undefined) this.#calls.set(index, { id, name });
    return {
      index,
      ...(known === undefined && { id }),
      ...(name !== '' && name !== known?.name && { name }),
      ...(more !== undefined && { arguments: more }),
    };
  }
}

/** Models that see answer with a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((part) => textIn(part, 'text') ?? '')
    .join('');
}

function usageOf(usage: Json | undefined): ChatUsage | undefined {
  const counted = usageIn(usage, USAGE);
  if (counted === undefined) return undefined;
  const cached = objectIn(usage, 'prompt_tokens_details')?.['cached_tokens'];
  const reasoning = objectIn(usage, 'output_tokens_details')?.['reasoning_tokens'];
  return {
    ...counted,
    ...(typeof cached === 'number' && { prompt_tokens_details: { cached_tokens: cached } }),
    ...(typeof reasoning === 'number' && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
