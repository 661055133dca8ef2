import { asObject, isPresent, objectsOf, parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { Edit } from '../../dialects/scan/json-edit.ts';
import { memberStarts } from '../../dialects/scan/json-rewrite.ts';
import { bomEnd, isFilled, spaceEnd, valueEnd } from '../../dialects/scan/json-walk.ts';
import { applyEdits } from '../edit/apply-edits.ts';
import { readMessages } from '../edit/messages.ts';
import type { Message } from '../edit/messages.ts';
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
  const starts = memberStarts(body, spaceEnd(body, bomEnd(body, 0)));
  const messagesAt = starts.get('messages');
  const written = messagesAt === undefined ? undefined : readMessages(body, messagesAt);
  const fitting = written?.map((message) => fitMessage(message, takes));
  const prompt = fitting && promptOf(fitting.map(({ value }) => value));
  if (written === undefined || fitting === undefined || prompt === undefined) return { body, dropped: [] };
  const fields = fieldsIn(body, starts);
  const options = fitPassedOptions(fields, prompt, declaresTools(body, starts), takes);
  const messages = messagesFrom(fitConversation(options.fitted.prompt, takes), fitting);
  const changes = new Map(options.changes);
  const tools = takes.fields === undefined ? undefined : describedTools(body, starts.get('tools'));
  if (tools !== undefined && !changes.has('tools')) changes.set('tools', { value: tools });
  return {
    body: edited(body, starts, changes, areSame(messages, written) ? undefined : messages),
    dropped: [...droppedOf(fields, options), ...(hasLostNames(written, fitting) ? ['messages.name'] : [])],
  };
}

/** Names of tools stay: an answer that passes through would come back with others. */
function fitConversation(prompt: Prompt, takes: ModelCapabilities): Prompt {
  const rules = rulesFor(openaiRules, takes);
  const ordered = withAllowedTurns(withResultsBehindCalls(withoutBlankText(prompt, rules)), rules);
  return takes.toolCallIds === undefined ? ordered : withCallIds(ordered, takes.toolCallIds);
}

/** Members that may be large, and are no options. */
const LARGE: ReadonlySet<string> = new Set(['messages', 'tools']);

function fieldsIn(body: Buffer, starts: ReadonlyMap<string, number>): Json {
  const members = Array.from(starts, ([name, start]) =>
    LARGE.has(name) ? [] : [`${JSON.stringify(name)}:${valueText(body, start)}`],
  ).flat();
  return parseObject(`{${members.join(',')}}`) ?? {};
}

function declaresTools(body: Buffer, starts: ReadonlyMap<string, number>): boolean {
  const at = starts.get('tools');
  return at !== undefined && isFilled(body, at);
}

/** Tools whose parameters are all said, which OpenAI does not ask for; undefined where they are. */
function describedTools(body: Buffer, at: number | undefined): Json[] | undefined {
  if (at === undefined) return undefined;
  const tools = objectsOf(parseObject(`{"tools":${valueText(body, at)}}`)?.['tools']);
  const isBare = (tool: Json): boolean => {
    const described = asObject(tool['function']);
    return described !== undefined && !isPresent(described['parameters']);
  };
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

function hasLostNames(written: readonly Message[], fitting: readonly Message[]): boolean {
  return written.some(
    ({ value }, at) => value['name'] !== undefined && fitting[at]?.value['name'] === undefined,
  );
}

function areSame(messages: readonly Message[], written: readonly Message[]): boolean {
  return messages.length === written.length && messages.every((message, at) => message === written[at]);
}

function edited(
  body: Buffer,
  starts: ReadonlyMap<string, number>,
  changes: FieldChanges,
  messages: readonly Message[] | undefined,
): Buffer {
  const edits = [...changes].flatMap(([name, change]): Edit[] =>
    change === 'removed' ? [] : [setting(name, jsonOf(change, body, starts))],
  );
  if (messages !== undefined)
    edits.push(setting('messages', `[${messages.map(({ text }) => text).join(',')}]`));
  const removed = [...changes].flatMap(([name, change]) => (change === 'removed' ? [name] : []));
  return applyEdits(body, { removed, edits }) ?? body;
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
  const after = {
    ...fields,
    ...Object.fromEntries(Array.from(changes, ([name, change]) => [name, valueOf(change, fields)])),
  };
  const own = [...changes].flatMap(([name, change]) =>
    change === 'removed' && isOwnOption(name) && isPresent(fields[name]) && !USUAL.has(fields[name])
      ? [name]
      : [],
  );
  return [...leftOut(asked, fitted, chatSent(after), fields, 'openai-chat'), ...own];
}

function valueOf(change: FieldChange, fields: Json): unknown {
  if (change === 'removed') return undefined;
  return 'value' in change ? change.value : fields[change.from];
}
