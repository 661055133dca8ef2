import { isDeepStrictEqual } from 'node:util';
import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import { definedOnly, firstPresent, textOf } from '../client/fields.ts';
import { decodeFormat, decodeSampling, parseEffort } from '../client/openai/decode-chat.ts';
import type { CallOptions, NormalizedRequest } from '../codec.ts';
import { fitFormat } from '../fit/fit-format.ts';
import { fitOptions } from '../fit/fit-options.ts';
import { fitToolChoice } from '../fit/fit-tool-choice.ts';
import { chatThinkingOf } from '../provider/chat-thinking.ts';
import type { ChatThinking } from '../provider/chat-thinking.ts';
import { userFor } from '../provider/chat-user.ts';
import type { Prompt } from '../provider/prompt.ts';
import { isOption } from './openai-words.ts';

/** What becomes of a field: it is left out, has another value, or has what the client wrote into another field. */
export type FieldChange = 'removed' | { readonly value: unknown } | { readonly from: string };

/** What changes in the fields of a chat, by their names. */
export type FieldChanges = ReadonlyMap<string, FieldChange>;

/** The fields of a chat, and what a model takes of them. */
export interface FittedOptions {
  readonly asked: NormalizedRequest;
  /** With the conversation, in which there may be one more instruction. */
  readonly fitted: CallOptions;
  readonly changes: FieldChanges;
}

/**
 * Fits the fields of a chat to a model. What fits is not named in the changes, and neither is any field that OpenAI has not:
 * who writes a vendor's own word means it.
 * @param body - without its conversation
 * @param declaresTools - whether tools are declared
 */
export function fitPassedOptions(
  body: Json,
  prompt: Prompt,
  declaresTools: boolean,
  takes: ModelCapabilities,
): FittedOptions {
  const asked = askedIn(body, prompt, declaresTools);
  const thinking = chatThinkingOf(asked, takes);
  const chosen = fitToolChoice(fitOptions(asked.options, takes, thinking.thinks), takes);
  const fitted = withFormat(chosen, takes, declaresTools);
  const changes = new Map<string, FieldChange>();
  changeSampling(changes, body, asked.options, fitted, takes);
  changeLimit(changes, body, fitted, takes);
  changeSeed(changes, body, takes);
  changeUser(changes, body, asked, takes);
  changeThinking(changes, body, thinking, takes);
  changeFormat(changes, asked.options, fitted);
  changeTools(changes, body, asked.options, fitted, takes);
  leaveOutUnknown(changes, body, takes);
  return { asked, fitted, changes };
}

/** What counts here of tools is that there are any. */
const ANY_TOOL: CallOptions['tools'] = [{ type: 'function', name: 'any', inputSchema: {} }];

function askedIn(body: Json, prompt: Prompt, declaresTools: boolean): NormalizedRequest {
  const parallelTools = body['parallel_tool_calls'];
  return {
    options: {
      prompt,
      ...decodeSampling(body),
      ...definedOnly({
        tools: declaresTools ? ANY_TOOL : undefined,
        toolChoice: choiceOf(body['tool_choice']),
        reasoning: parseEffort(body['reasoning_effort']),
        responseFormat: decodeFormat(body['response_format']),
      }),
    },
    extraOptions: definedOnly({
      user: textOf(body['safety_identifier']) ?? textOf(body['user']),
      parallelTools: typeof parallelTools === 'boolean' ? parallelTools : undefined,
    }),
    dropped: [],
  };
}

function choiceOf(choice: unknown): CallOptions['toolChoice'] {
  if (choice === 'none' || choice === 'required') return { type: choice };
  const toolName = textOf(asObject(asObject(choice)?.['function'])?.['name']);
  return toolName === undefined ? undefined : { type: 'tool', toolName };
}

/** Which schemas a vendor keeps to is its own to say. The word that JSON mode wants is wanted by those that limit formats. */
function withFormat(
  options: CallOptions,
  { jsonMode = true, jsonSchema, jsonWithTools }: ModelCapabilities,
  declaresTools: boolean,
): CallOptions {
  const isFree = jsonWithTools !== false || !declaresTools;
  return fitFormat(options, {
    jsonMode: jsonMode && isFree,
    schemas: jsonSchema !== false && isFree ? 'any' : 'none',
    wantsTheWord: jsonSchema !== undefined || jsonWithTools !== undefined,
  });
}

const SAMPLING = [
  ['temperature', 'temperature'],
  ['topP', 'top_p'],
  ['presencePenalty', 'presence_penalty'],
  ['frequencyPenalty', 'frequency_penalty'],
  ['stopSequences', 'stop'],
] as const;

function changeSampling(
  changes: Map<string, FieldChange>,
  body: Json,
  asked: CallOptions,
  fitted: CallOptions,
  { penalties, stopSequences }: ModelCapabilities,
): void {
  for (const [option, field] of SAMPLING) {
    if (isAbsent(body[field]) || isDeepStrictEqual(asked[option], fitted[option])) continue;
    changes.set(field, changeTo(fitted[option]));
  }
  // They say nothing, and are refused all the same.
  const unknown = [
    ...(penalties === false ? ['presence_penalty', 'frequency_penalty'] : []),
    ...(stopSequences === 0 ? ['stop'] : []),
  ];
  for (const field of unknown) if (!isAbsent(body[field])) changes.set(field, 'removed');
}

const LIMITS = ['max_completion_tokens', 'max_tokens'] as const;

/** Two names for one limit are refused by OpenAI, and the newer one counts elsewhere. */
function changeLimit(
  changes: Map<string, FieldChange>,
  body: Json,
  { maxOutputTokens }: CallOptions,
  { maxTokensField: field, fields }: ModelCapabilities,
): void {
  const written = LIMITS.filter((name) => !isAbsent(body[name]));
  const [first] = written;
  if (first === undefined || maxOutputTokens === undefined) return;
  const own = field ?? (fields?.includes(first) === false ? 'max_tokens' : first);
  for (const name of written) if (name !== own) changes.set(name, 'removed');
  if (body[own] === maxOutputTokens) return;
  changes.set(own, body[first] === maxOutputTokens ? { from: first } : { value: maxOutputTokens });
}

function changeSeed(
  changes: Map<string, FieldChange>,
  body: Json,
  { seedField = 'seed' }: ModelCapabilities,
): void {
  if (isAbsent(body['seed']) || seedField === 'seed') return;
  changes.set('seed', 'removed');
  if (seedField !== 'none' && isAbsent(body[seedField])) changes.set(seedField, { from: 'seed' });
}

const USERS = ['safety_identifier', 'user'] as const;

function changeUser(
  changes: Map<string, FieldChange>,
  body: Json,
  { extraOptions: { user } }: NormalizedRequest,
  { userField, fields }: ModelCapabilities,
): void {
  if (user === undefined || (userField === undefined && fields === undefined)) return;
  const own = userField ?? 'user';
  for (const name of USERS) if (name !== own && !isAbsent(body[name])) changes.set(name, 'removed');
  if (own !== 'none' && isAbsent(body[own])) changes.set(own, { value: userFor(own, user) });
}

/** A switch that the client wrote itself stays as it is. */
function changeThinking(
  changes: Map<string, FieldChange>,
  body: Json,
  { effort, fields }: ChatThinking,
  { efforts, thinking, thinkingSwitch }: ModelCapabilities,
): void {
  const written = body['reasoning_effort'];
  const isKnown = efforts !== undefined || thinking !== undefined || thinkingSwitch !== undefined;
  if (isAbsent(written) ? effort === undefined : parseEffort(written) === undefined || !isKnown) return;
  if (written === effort) return;
  changes.set('reasoning_effort', changeTo(effort));
  if (thinkingSwitch !== undefined && !isAbsent(body[thinkingSwitch])) return;
  for (const [name, value] of Object.entries(fields)) changes.set(name, { value });
}

function changeFormat(
  changes: Map<string, FieldChange>,
  { responseFormat: asked }: CallOptions,
  { responseFormat: fitted }: CallOptions,
): void {
  if (isDeepStrictEqual(asked, fitted)) return;
  changes.set('response_format', changeTo(fitted && { type: 'json_object' }));
}

function changeTools(
  changes: Map<string, FieldChange>,
  body: Json,
  asked: CallOptions,
  fitted: CallOptions,
  { parallelTools }: ModelCapabilities,
): void {
  if (asked.toolChoice !== undefined && fitted.toolChoice === undefined)
    changes.set('tool_choice', 'removed');
  if (asked.tools !== undefined && fitted.tools === undefined) changes.set('tools', 'removed');
  if (parallelTools === false && !isAbsent(body['parallel_tool_calls']))
    changes.set('parallel_tool_calls', 'removed');
}

/** Where other fields than those of a list are answered with an error. */
function leaveOutUnknown(changes: Map<string, FieldChange>, body: Json, { fields }: ModelCapabilities): void {
  if (fields === undefined) return;
  for (const name of Object.keys(body))
    if (isOption(name) && !fields.includes(name) && !changes.has(name)) changes.set(name, 'removed');
}

function changeTo(value: unknown): FieldChange {
  return value === undefined ? 'removed' : { value };
}

function isAbsent(value: unknown): boolean {
  return firstPresent(value) === undefined;
}
