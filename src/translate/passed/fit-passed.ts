import { asObject, isPresent, itemsOf, objectsOf, parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { Edit } from '../../dialects/scan/json-edit.ts';
import { memberStarts } from '../../dialects/scan/json-rewrite.ts';
import { bomEnd, spaceEnd, valueEnd } from '../../dialects/scan/json-walk.ts';
import { applyEdits } from '../edit/apply-edits.ts';
import { readMessages } from '../edit/messages.ts';
import { withoutBlankText } from '../provider/conversation/blank-text.ts';
import { withCallIds } from '../provider/conversation/call-ids.ts';
import { openaiRules, rulesFor } from '../provider/conversation/conversation-rules.ts';
import { withResultsBehindCalls } from '../provider/conversation/order.ts';
import { withAllowedTurns } from '../provider/conversation/turns.ts';
import type { Prompt } from '../provider/prompt.ts';
import { chatSent } from '../sent/chat-sent.ts';
import { leftOut } from '../sent/left-out.ts';
import { fitMessage } from './fit-message.ts';
import { isOwnOption } from './openai-words.ts';
import { messagesFrom } from './passed-messages.ts';
import { fitPassedOptions } from './passed-options.ts';
import type { FieldChange, FieldChanges, FittedOptions } from './passed-options.ts';
import { promptOf } from './passed-prompt.ts';

/** A chat as a vendor takes it that speaks OpenAI's dialect. */
export interface FittedChat {
  /** The very same where it fitted. */
  readonly body: Buffer;
  /** What was left out, by its names. */
  readonly dropped: readonly string[];
}

/**
 * Fits a chat of OpenAI's to a model of another vendor's, by the same table and the same rules as chats that are translated. It
 * is edited, not written anew: what a rule does not concern keeps its bytes, and a vendor's own fields stay. What cannot be read
 * stays as it is: the vendor reports it.
 */
export function fitPassedChat(body: Buffer, takes: ModelCapabilities): FittedChat {
  const { messages, tools, ...fields } = parseObject(body.toString()) ?? {};
  const written = objectsOf(messages);
  const fitting = written.map((message) => fitMessage(message, takes));
  const prompt = written.length === itemsOf(messages).length ? promptOf(fitting) : undefined;
  if (written.length === 0 || prompt === undefined) return { body, dropped: [] };
  const options = fitPassedOptions(fields, prompt, isPresent(tools), takes);
  const fitted = messagesFrom(fitConversation(options.fitted.prompt, takes), fitting);
  const changes = new Map(options.changes);
  const described = takes.fields === undefined ? undefined : describedTools(objectsOf(tools));
  if (described !== undefined && !changes.has('tools')) changes.set('tools', { value: described });
  const isSame = fitted.length === written.length && fitted.every((message, at) => message === written[at]);
  return {
    body: edited(body, changes, isSame ? undefined : { fitted, written }),
    dropped: [...droppedOf(fields, options), ...(hasLostNames(written, fitting) ? ['messages.name'] : [])],
  };
}

/** Names of tools stay: an answer that passes through would come back with others. */
function fitConversation(prompt: Prompt, takes: ModelCapabilities): Prompt {
  const known = rulesFor(openaiRules, takes);
  // What the user said last may be blank and go: the assistant's message before it was answered, and is not to be continued.
  const rules = prompt.at(-1)?.role === 'user' ? { ...known, lastMessage: 'user' as const } : known;
  const ordered = withAllowedTurns(withResultsBehindCalls(withoutBlankText(prompt, rules)), rules);
  return takes.toolCallIds === undefined ? ordered : withCallIds(ordered, takes.toolCallIds);
}

/** Whether it is a function of which no parameters are said. */
function isBare(tool: Json): boolean {
  const described = asObject(tool['function']);
  return described !== undefined && !isPresent(described['parameters']);
}

/** Tools whose parameters are all said, which OpenAI does not ask for; undefined where they are. */
function describedTools(tools: readonly Json[]): Json[] | undefined {
  if (!tools.some(isBare)) return undefined;
  return tools.map((tool) =>
    isBare(tool)
      ? {
          ...tool,
          function: { ...asObject(tool['function']), parameters: { type: 'object', properties: {} } },
        }
      : tool,
  );
}

function hasLostNames(written: readonly Json[], fitting: readonly Json[]): boolean {
  return written.some(({ name }, at) => name !== undefined && fitting[at]?.['name'] === undefined);
}

/** Messages as they are to be, and as the client wrote them. */
interface Rewritten {
  readonly fitted: readonly Json[];
  readonly written: readonly Json[];
}

function edited(body: Buffer, changes: FieldChanges, messages: Rewritten | undefined): Buffer {
  if (changes.size === 0 && messages === undefined) return body;
  const starts = memberStarts(body, spaceEnd(body, bomEnd(body, 0)));
  const edits = [...changes].flatMap(([name, change]): Edit[] =>
    change === 'removed' ? [] : [setting(name, jsonOf(change, body, starts))],
  );
  if (messages !== undefined) edits.push(setting('messages', jsonOfMessages(messages, body, starts)));
  const removed = [...changes].flatMap(([name, change]) => (change === 'removed' ? [name] : []));
  return applyEdits(body, { removed, edits }) ?? body;
}

/** Those that stay keep their bytes. */
function jsonOfMessages(
  { fitted, written }: Rewritten,
  body: Buffer,
  starts: ReadonlyMap<string, number>,
): string {
  const texts = readMessages(body, starts.get('messages') ?? body.length) ?? [];
  const textOf = new Map(written.map((message, at) => [message, texts[at]?.text]));
  return `[${fitted.map((message) => textOf.get(message) ?? JSON.stringify(message)).join(',')}]`;
}

function setting(name: string, json: string): Edit {
  return { path: [name], json, overwrites: true };
}

/** A value that only moves keeps its digits: a number may be longer than a number can be. */
function jsonOf(
  change: Exclude<FieldChange, string>,
  body: Buffer,
  starts: ReadonlyMap<string, number>,
): string {
  return 'value' in change
    ? JSON.stringify(change.value)
    : valueText(body, starts.get(change.from) ?? body.length);
}

function valueText(body: Buffer, at: number): string {
  return body.toString('utf8', at, Math.max(at, valueEnd(body, at)));
}

/** Where a field of OpenAI's own says what holds anyway. */
const USUAL: ReadonlySet<unknown> = new Set(['auto', 'default']);

function droppedOf(fields: Json, { asked, fitted, changes }: FittedOptions): string[] {
  if (changes.size === 0) return [];
  const after: Json = {
    ...fields,
    ...Object.fromEntries(Array.from(changes, ([name, change]) => [name, valueOf(change, fields)])),
  };
  const { stop } = after;
  const sent = chatSent({ ...after, ...(typeof stop === 'string' && { stop: [stop] }) });
  const own = [...changes].flatMap(([name, change]) =>
    change === 'removed' && isOwnOption(name) && isPresent(fields[name]) && !USUAL.has(fields[name])
      ? [name]
      : [],
  );
  return [...leftOut(asked, fitted, sent, fields, 'openai-chat'), ...own];
}

function valueOf(change: FieldChange, fields: Json): unknown {
  if (change === 'removed') return undefined;
  return 'value' in change ? change.value : fields[change.from];
}
