import { asObject, itemsOf } from '../../../base/json.ts';
import { finishWords } from '../../../dialects/finish/finish-reasons.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import type {
  ResponseContext,
  NormalizedRequest,
  GenerateResult,
  ClientStreamEncoder,
  StreamPart,
} from '../../codec.ts';
import { definedOnly, numberOf, textOf, unknownFields } from '../fields.ts';
import { decodeSampling } from './decode-chat.ts';
import { meaningOf } from '../finish.ts';
import { encodeUsage } from './encode-usage.ts';

const KNOWN: ReadonlySet<string> = new Set([
  'best_of',
  'frequency_penalty',
  'max_tokens',
  'model',
  'n',
  'presence_penalty',
  'prompt',
  'seed',
  'stop',
  'stream',
  'stream_options',
  'suffix',
  'temperature',
  'top_p',
  'user',
]);

/** Decodes a request for a text completion: the prompt becomes the user's message. */
export function decodeCompletion(body: Json): NormalizedRequest {
  const [first, ...others] = Array.isArray(body['prompt']) ? itemsOf(body['prompt']) : [body['prompt']];
  const text = others.length === 0 ? first : undefined;
  if (typeof text !== 'string') throw new NotExpressible('prompt is not one text');
  if ((numberOf(body['n']) ?? 1) > 1 || (numberOf(body['best_of']) ?? 1) > 1)
    throw new NotExpressible('n or best_of asks for more than one answer');
  if (textOf(body['suffix']) !== undefined) throw new NotExpressible('suffix asks for what stands before it');
  return {
    options: { prompt: [{ role: 'user', content: [{ type: 'text', text }] }], ...decodeSampling(body) },
    extraOptions: definedOnly({ user: textOf(body['user']) }),
    dropped: unknownFields(body, KNOWN),
  };
}

/** Encodes a whole text completion. */
export function encodeCompletion(result: GenerateResult, context: ResponseContext): object {
  return {
    ...heading(context),
    choices: [choice(textIn(result), endReason(result.finishReason))],
    usage: encodeUsage(result.usage),
  };
}

function textIn({ content }: GenerateResult): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
}

/** A text completion has no tools to wait for. */
function endReason(finish: GenerateResult['finishReason']): string {
  const meaning = meaningOf(finish, false);
  return finishWords[meaning === 'tool-calls' ? 'end' : meaning].chat;
}

function heading({ id, model, acceptedAt }: ResponseContext) {
  return { id: `cmpl-${id}`, object: 'text_completion', created: Math.floor(acceptedAt / 1000), model };
}

function choice(text: string, reason: string | null): object {
  return { text, index: 0, logprobs: null, finish_reason: reason };
}

/** Encodes the chunks of a text completion. */
export class CompletionStreamEncoder implements ClientStreamEncoder {
  readonly contentType = 'text/event-stream';
  readonly #heading: object;
  readonly #includesUsage: boolean;

  constructor(context: ResponseContext) {
    this.#heading = heading(context);
    this.#includesUsage = asObject(context.body['stream_options'])?.['include_usage'] === true;
  }

  encode(part: StreamPart): string {
    if (part.type === 'text-delta')
      return part.delta === '' ? '' : this.#chunk({ choices: [choice(part.delta, null)] });
    if (part.type !== 'finish') return '';
    const last = this.#chunk({ choices: [choice('', endReason(part.finishReason))] });
    return this.#includesUsage ? last + this.#chunk({ choices: [], usage: encodeUsage(part.usage) }) : last;
  }

  end(): string {
    return 'data: [DONE]\n\n';
  }

  #chunk(fields: object): string {
    return `data: ${JSON.stringify({ ...this.#heading, ...fields })}\n\n`;
  }
}
