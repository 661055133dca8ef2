import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import { splitIdState } from '../../opaque-state.ts';
import { sinceCompaction } from './compaction.ts';
import { TOOL_CHANGES } from './decode-tools.ts';
import { cacheControlOf, contentParts, requireObject, requireText } from '../fields.ts';
import type { Message, Prompt, ToolContent, ToolOutput } from '../fields.ts';
import { assistantPart } from './decode-assistant-block.ts';
import { instruction, userPart } from './decode-user-block.ts';
import { withoutVendorLines } from './vendor-words.ts';

/** The conversation, and the names of blocks that were dropped. */
export interface DecodedMessages {
  readonly prompt: Prompt;
  readonly dropped: readonly string[];
}

/** What the messages before the present one said. */
interface Context {
  /** Of the tools called so far, by the ids of the calls. */
  readonly names: Map<string, string>;
  readonly dropped: Set<string>;
}

/** Decodes `system` and `messages`. */
export function decodeMessages(body: Json): DecodedMessages {
  if (!Array.isArray(body['messages'])) throw new NotExpressible('messages is not a list');
  const context: Context = { names: new Map(), dropped: new Set() };
  const messages = body['messages'].map((each: unknown, at) => ({
    message: requireObject(each, `messages[${at}]`),
    where: `messages[${at}]`,
    at,
  }));
  const lastUser = messages.findLastIndex(({ message }) => message['role'] === 'user');
  const shown = sinceCompaction(messages).filter(
    ({ message, at }) => message['clear_at'] !== 'next_user_message' || at > lastUser,
  );
  const prompt = shown.flatMap(({ message, where }) => decodeMessage(message, where, context));
  return { prompt: [...decodeSystem(body['system']), ...prompt], dropped: [...context.dropped] };
}

/** Whether citations are requested. Documents are mere text to other providers, which cite nothing. */
export function asksForCitations({ messages }: Json): boolean {
  return objectsOf(messages)
    .flatMap(({ content }) => objectsOf(content))
    .some((block) => asObject(block['citations'])?.['enabled'] === true);
}

function decodeSystem(system: unknown): Prompt {
  if (system === '') return [];
  return contentParts(system, 'system').flatMap((block) => {
    const written = instruction(block, 'system');
    const content = withoutVendorLines(written);
    if (content === '' && written !== '') return [];
    return [{ role: 'system', content, ...cacheControlOf(block) }];
  });
}

function decodeMessage({ role, content }: Json, where: string, context: Context): Message[] {
  const blocks = content === '' ? [] : contentParts(content, where);
  switch (role) {
    case 'system':
      return blocks
        .filter(({ type }) => !TOOL_CHANGES.has(type))
        .map((block) => ({ role: 'system', content: instruction(block, where), ...cacheControlOf(block) }));
    case 'user':
      return userMessages(blocks, where, context.names);
    case 'assistant': {
      const parts = blocks.flatMap((block) => assistantPart(block, where, context.dropped));
      for (const part of parts)
        if (part.type === 'tool-call') context.names.set(part.toolCallId, part.toolName);
      return parts.length === 0 ? [] : [{ role: 'assistant', content: parts }];
    }
    default:
      throw new NotExpressible(`${where}.role is none that is known`);
  }
}

/** Results of tools are blocks of the user's message here, and a message of their own in the SDK. */
function userMessages(blocks: readonly Json[], where: string, names: ReadonlyMap<string, string>): Message[] {
  const results = blocks.filter(({ type }) => type === 'tool_result');
  const userParts = blocks
    .filter(({ type }) => type !== 'tool_result')
    .flatMap((block) => userPart(block, where));
  return [
    ...(results.length === 0
      ? []
      : [{ role: 'tool' as const, content: results.map((block) => toolResult(block, where, names)) }]),
    ...(userParts.length === 0 ? [] : [{ role: 'user' as const, content: userParts }]),
  ];
}

function toolResult(block: Json, where: string, names: ReadonlyMap<string, string>): ToolContent[number] {
  const { id } = splitIdState(requireText(block['tool_use_id'], `a tool_use_id of ${where}`));
  return {
    type: 'tool-result',
    toolCallId: id,
    toolName: names.get(id) ?? 'unknown',
    output: outputOf(block, where),
    ...cacheControlOf(block),
  };
}

/** In the SDK an error is a text: one with images loses its mark as an error, and keeps its content. */
function outputOf(block: Json, where: string): ToolOutput {
  const blocks = contentParts(block['content'], where);
  const parts = blocks.flatMap((each) => userPart(each, where));
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (texts.length === parts.length)
    return { type: block['is_error'] === true ? 'error-text' : 'text', value: texts.join('\n') };
  return {
    type: 'content',
    value: parts.map((part) =>
      part.type === 'text' ? { type: 'text', text: part.text } : { ...part, type: 'file' as const },
    ),
  };
}
