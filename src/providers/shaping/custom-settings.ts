import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { Dialect } from '../../dialects/operations/operation.ts';
import type { Edit } from '../../dialects/scan/json-edit.ts';

/** A field that the configuration sets in every body. */
export interface CustomSetting {
  /** A path: `a.b`, with numbers for the items of lists; `\.` is a dot of a name. */
  readonly name: string;
  readonly value: unknown;
  /** `auto` renames what every dialect has a name for, and sets nothing else; `raw` sets any name as it is. */
  readonly mode: 'auto' | 'raw';
  readonly overwrite: boolean;
}

type Names = Readonly<Record<string, string>>;

const CHAT: Names = { max_tokens: 'max_tokens', temperature: 'temperature', top_p: 'top_p', seed: 'seed' };
const GEMINI: Names = {
  max_tokens: 'generationConfig.maxOutputTokens',
  temperature: 'generationConfig.temperature',
  top_p: 'generationConfig.topP',
  top_k: 'generationConfig.topK',
  seed: 'generationConfig.seed',
};
const CONVERSE: Names = {
  max_tokens: 'inferenceConfig.maxTokens',
  temperature: 'inferenceConfig.temperature',
  top_p: 'inferenceConfig.topP',
};
const DASHSCOPE: Names = {
  max_tokens: 'parameters.max_tokens',
  temperature: 'parameters.temperature',
  top_p: 'parameters.top_p',
  top_k: 'parameters.top_k',
  seed: 'parameters.seed',
};

/** The names of the common settings, by operation. Only operations that generate text have such settings. */
const NAMES: ReadonlyMap<string, Names> = new Map([
  ['chat.completions', CHAT],
  ['completions', CHAT],
  ['responses.create', { max_tokens: 'max_output_tokens', temperature: 'temperature', top_p: 'top_p' }],
  [
    'messages.create',
    { max_tokens: 'max_tokens', temperature: 'temperature', top_p: 'top_p', top_k: 'top_k' },
  ],
  ['gemini.generateContent', GEMINI],
  ['gemini.streamGenerateContent', GEMINI],
  ['bedrock.converse', CONVERSE],
  ['bedrock.converseStream', CONVERSE],
  ['qwen.text_generation', DASHSCOPE],
  ['qwen.multimodal_generation', DASHSCOPE],
]);

/** OpenAI refuses the newer name beside the older one: where a client writes it, it is the field that is set. */
const NEWER_NAME = 'max_completion_tokens';
const NEWER_MAX_TOKENS = Buffer.from(`"${NEWER_NAME}"`);

/**
 * What settings change in a call's body; every other byte stays as it is.
 * @param clientDialect of the call that this one was translated from. `raw` settings were applied to it already where it is
 *   OpenAI's chat, whose fields they name
 * @param takes - what the model takes, of a call that was translated: the names of its fields
 */
export function settingEdits(
  { body, target }: Call,
  settings: readonly CustomSetting[],
  clientDialect?: Dialect,
  takes?: ModelCapabilities,
): Edit[] {
  if (settings.length === 0 || body.kind !== 'buffered') return [];
  const names = NAMES.get(target.operation.name);
  const edits: Edit[] = [];
  for (const { name, value, mode, overwrite } of settings) {
    if (mode === 'raw' && clientDialect === 'openai-chat') continue;
    const named =
      mode === 'raw' ? name : fieldFor(name, names, takes ?? writtenField(name, body.bytes, edits));
    if (named === undefined) continue;
    edits.push({ path: pathOf(named), json: JSON.stringify(value ?? null), overwrites: overwrite });
  }
  return edits;
}

function fieldFor(
  name: string,
  names: Names | undefined,
  takes: Pick<ModelCapabilities, 'maxTokensField' | 'seedField'>,
): string | undefined {
  const field = names?.[name];
  if (names !== CHAT) return field;
  if (field === 'max_tokens') return takes.maxTokensField ?? field;
  if (field === 'seed') return takes.seedField === 'none' ? undefined : (takes.seedField ?? field);
  return field;
}

/** For the limit of tokens, the field that the client, or a setting before this one, writes. */
function writtenField(
  name: string,
  body: Buffer,
  before: readonly Edit[],
): Pick<ModelCapabilities, 'maxTokensField'> {
  if (name !== 'max_tokens') return {};
  const hasNewer = before.some(({ path }) => path[0] === NEWER_NAME) || body.includes(NEWER_MAX_TOKENS);
  return hasNewer ? { maxTokensField: NEWER_NAME } : {};
}

function pathOf(name: string): string[] {
  return name.split(/(?<!\\)\./).map((part) => part.replaceAll(String.raw`\.`, '.'));
}
