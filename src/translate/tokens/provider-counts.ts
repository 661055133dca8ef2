import type { Json } from '../../base/json.ts';
import { countTokens as bedrockCount } from '../../dialects/operations/bedrock.ts';
import type { Dialect } from '../../dialects/operations/operation.ts';
import type { Target } from '../../dialects/operations/find-target.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { NotExpressible } from '../codec.ts';
import type { ProviderCodec, ProviderQuirks } from '../codec.ts';
import { providerCodecOf } from '../provider/codecs.ts';
import { targetOf } from '../target.ts';

/** How providers of one dialect count the tokens of a request that was written for them to answer. */
export interface ProviderCount {
  readonly codec: ProviderCodec;
  /** The request that has `body` counted. Throws `NotExpressible` where the model cannot count. */
  request(
    body: Json,
    model: string,
    quirks: ProviderQuirks,
  ): { readonly target: Target; readonly body: object };
  /** The member of the response with the number. */
  readonly member: string;
}

const anthropicCount = operationNamed('messages.count_tokens');
const geminiCount = operationNamed('gemini.countTokens');

/** docs.claude.com/en/api/messages-count-tokens: it refuses all other fields of a message, `max_tokens` too. */
const ANTHROPIC_FIELDS = ['messages', 'model', 'system', 'thinking', 'tool_choice', 'tools'];

/** docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseTokensRequest.html */
const CONVERSE_FIELDS = ['additionalModelRequestFields', 'messages', 'system', 'toolConfig'];

/** docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens */
const VERTEX_FIELDS = ['contents', 'generationConfig', 'systemInstruction', 'tools'];

/** What of a provider's request is counted, and what becomes of it. OpenAI counts Responses alone, which none is translated to. */
const counts: ReadonlyMap<Dialect, Omit<ProviderCount, 'codec'>> = new Map([
  [
    'anthropic-messages',
    {
      request: (body, model) => ({
        target: targetOf(anthropicCount, model),
        body: only(body, ANTHROPIC_FIELDS),
      }),
      member: 'input_tokens',
    },
  ],
  [
    'gemini-generate',
    {
      // ai.google.dev/api/tokens: instructions and tools count only within a whole request, which has to name its model.
      request: (body, model, { countsBareContents = false }) => ({
        target: targetOf(geminiCount, model),
        body: countsBareContents
          ? only(body, VERTEX_FIELDS)
          : { generateContentRequest: { model: `models/${model}`, ...body } },
      }),
      member: 'totalTokens',
    },
  ],
  [
    'bedrock-converse',
    {
      request: (body, model) => ({
        target: targetOf(bedrockCount, countedModel(model)),
        body: { input: { converse: only(body, CONVERSE_FIELDS) } },
      }),
      member: 'inputTokens',
    },
  ],
]);

/** How providers of a dialect count; undefined where they cannot. */
export function providerCountOf(dialect: Dialect): ProviderCount | undefined {
  const count = counts.get(dialect);
  const codec = providerCodecOf(dialect);
  return count && codec && { ...count, codec };
}

/**
 * docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html: only Anthropic's models count, and by the id of the model
 * itself, not by that of a profile (`us.anthropic.…`).
 */
function countedModel(model: string): string {
  const at = model.indexOf('anthropic.claude');
  if (at < 0 || model.startsWith('arn:')) throw new NotExpressible(`counting the tokens of ${model}`);
  return model.slice(at);
}

function only(body: Json, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
}
