import { isDeepStrictEqual } from 'node:util';
import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { Dialect } from '../../dialects/operations/operation.ts';
import type { CallOptions, NormalizedRequest } from '../codec.ts';
import { OPTION_FIELDS } from './option-fields.ts';
import type { AskedOption } from './option-fields.ts';
import type { SentRequest } from './sent-request.ts';
import { isMarked } from '../provider/conversation/cache-marks.ts';

/**
 * What a client asked for and its provider was not, or not as much, by the names that the client wrote. It is found by
 * comparing the two, so that it holds whoever left it out: the table of models, a codec, or a package of the SDK.
 * @param options - with which the package was called
 * @param body - of the client
 */
export function leftOut(
  asked: NormalizedRequest,
  options: CallOptions,
  sent: SentRequest,
  body: Json,
  dialect: Dialect,
): string[] {
  const names = OPTION_FIELDS[dialect];
  return missing(asked, options, sent).flatMap((option) => {
    const fields = names?.[option] ?? [option];
    const written = fields.filter((field) => isWritten(body, field));
    return written.length > 0 ? written : fields.slice(0, 1);
  });
}

function missing(
  { options, extraOptions }: NormalizedRequest,
  called: CallOptions,
  sent: SentRequest,
): AskedOption[] {
  const { responseFormat: format, toolChoice } = options;
  const isForced = toolChoice?.type === 'required' || toolChoice?.type === 'tool';
  return [
    ...VALUES.filter((option) => differs(option, options[option], sent[option])),
    ...(isThinkingMissing({ options, extraOptions }, sent) ? ['reasoning' as const] : []),
    ...(extraOptions.user !== undefined && sent.user === undefined ? ['user' as const] : []),
    ...(extraOptions.parallelTools === false && hasTools(options) && !sent.parallelTools
      ? ['parallelTools' as const]
      : []),
    ...(extraOptions.cacheRetention !== undefined && !isMarked(called) ? ['cacheRetention' as const] : []),
    ...(toolChoice?.type === 'none' && sent.cannotForbidTools === true ? ['toolChoice' as const] : []),
    ...(isForced && !sent.forcesTool ? ['toolChoice' as const] : []),
    ...(format?.type === 'json' && format.schema !== undefined && !hasSchema(called)
      ? ['responseFormat' as const]
      : []),
  ];
}

/** Options that are sent as the client wrote them, or are not sent in full. */
const VALUES = [
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'stopSequences',
] as const;

/** What holds where nothing is said: without it nothing is lost. */
const DEFAULTS: Partial<Record<AskedOption, number>> = {
  temperature: 1,
  topP: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
};

function differs(option: (typeof VALUES)[number], asked: unknown, sent: unknown): boolean {
  if (asked === undefined || isDeepStrictEqual(asked, sent)) return false;
  return sent !== undefined || asked !== DEFAULTS[option];
}

function isThinkingMissing(
  { options, extraOptions }: Pick<NormalizedRequest, 'options' | 'extraOptions'>,
  { thinking }: SentRequest,
): boolean {
  const { reasoning } = options;
  if (reasoning !== undefined && reasoning !== 'provider-default')
    return reasoning === 'none' ? thinking === 'on' : thinking !== 'on';
  const { thinkingTokens } = extraOptions;
  if (thinkingTokens === undefined) return false;
  return thinkingTokens <= 0 ? thinking === 'on' : thinking !== 'on';
}

function hasTools({ tools = [] }: CallOptions): boolean {
  return tools.length > 0;
}

function hasSchema({ responseFormat }: CallOptions): boolean {
  return responseFormat?.type === 'json' && responseFormat.schema !== undefined;
}

function isWritten(body: Json, field: string): boolean {
  // Gemini's clients write options into an object of their own.
  let value: unknown = asObject(body['generationConfig']) ?? body;
  for (const name of field.split('.')) value = asObject(value)?.[name];
  return value !== undefined && value !== null;
}
