import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { argumentsOf } from '../../call-arguments.ts';
import { NotExpressible } from '../../codec.ts';
import { splitIdState, unpackOpaqueState } from '../../opaque-state.ts';
import type { OpaqueState } from '../../opaque-state.ts';
import { sinceCompaction } from './compaction.ts';
import { TOOL_CHANGES } from './decode-tools.ts';
import {
  cacheControlOf,
  contentParts,
  dataOf,
  fileOf,
  requireObject,
  requireObjects,
  requireText,
  textOf,
  describeWord,
} from '../fields.ts';
import type {
  AssistantContent,
  FileData,
  Message,
  Prompt,
  ToolContent,
  ToolOutput,
  UserContent,
} from '../fields.ts';
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

function instruction(block: Json, where: string): string {
  if (block['type'] !== 'text') throw unknownBlock(block, where);
  return requireText(block['text'], `a text of ${where}`);
}

function unknownBlock(block: Json, where: string): NotExpressible {
  return new NotExpressible(`${where} holds a block of type ${describeWord(block['type'])}`);
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

function userPart(block: Json, where: string): UserContent {
  switch (block['type']) {
    case 'text':
      return [
        { type: 'text', text: requireText(block['text'], `a text of ${where}`), ...cacheControlOf(block) },
      ];
    case 'image':
      return [{ type: 'file', ...sourceOf(block, 'image/*', where), ...cacheControlOf(block) }];
    case 'document':
      return documentParts(block, where);
    case 'search_result': {
      const texts = requireObjects(block['content'], `a search result of ${where}`).map((each) =>
        instruction(each, where),
      );
      const text = [textOf(block['title']), textOf(block['source']), ...texts].filter(Boolean).join('\n');
      return [{ type: 'text', text, ...cacheControlOf(block) }];
    }
    // Of a search that the client ran: the tool is declared with the others.
    case 'tool_reference': {
      const name = requireText(block['tool_name'], `the tool_name of ${where}`);
      return [{ type: 'text', text: `The tool ${name} can be called now.`, ...cacheControlOf(block) }];
    }
    default:
      throw unknownBlock(block, where);
  }
}

/** A document's `context` stands before it as text. */
function documentParts(block: Json, where: string): UserContent {
  const source = requireObject(block['source'], `a document of ${where}`);
  const title = textOf(block['title']);
  const context = textOf(block['context']);
  if (source['type'] === 'text') {
    const text = [title, context, textOf(source['data'])].filter(Boolean).join('\n');
    return [{ type: 'text', text, ...cacheControlOf(block) }];
  }
  if (source['type'] === 'content') return contentDocument(block, [title, context], where);
  const file = {
    type: 'file' as const,
    ...sourceOf(block, 'application/pdf', where),
    ...(title !== undefined && { filename: title }),
    ...cacheControlOf(block),
  };
  return context === undefined ? [file] : [{ type: 'text', text: context }, file];
}

/** A document in parts: one text, unless there are images among them. @param headings - what stands before it */
function contentDocument(block: Json, headings: readonly (string | undefined)[], where: string): UserContent {
  const parts = contentParts(asObject(block['source'])?.['content'], where).flatMap((each) =>
    userPart(each, where),
  );
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const before = headings.filter(Boolean).join('\n');
  if (texts.length === parts.length)
    return [{ type: 'text', text: [before, ...texts].filter(Boolean).join('\n'), ...cacheControlOf(block) }];
  return before === '' ? parts : [{ type: 'text', text: before }, ...parts];
}

function sourceOf(block: Json, fallbackType: string, where: string): { mediaType: string; data: FileData } {
  const source = requireObject(block['source'], `an image or document of ${where}`);
  switch (source['type']) {
    case 'base64': {
      const mediaType = textOf(source['media_type']) ?? fallbackType;
      const data = requireText(source['data'], `the data of ${where}`);
      return { mediaType, data: dataOf(data, mediaType, `the data of ${where}`) };
    }
    case 'url':
      return fileOf(requireText(source['url'], `a URL of ${where}`), fallbackType);
    default:
      throw new NotExpressible('a file is named by an id, which means nothing to another provider');
  }
}

/**
 * Blocks of what Anthropic's servers did in an earlier turn. They mean nothing to other providers; the model's text about them
 * stays (platform.claude.com/docs/en/api/messages, 2026-11-30).
 */
const VENDOR_BLOCKS: ReadonlySet<unknown> = new Set([
  'advisor_tool_result',
  'bash_code_execution_tool_result',
  'code_execution_tool_result',
  'container_upload',
  'fallback',
  'mcp_tool_listing',
  'mcp_tool_result',
  'mcp_tool_use',
  'server_tool_use',
  'text_editor_code_execution_tool_result',
  'tool_search_tool_result',
  'web_fetch_tool_result',
  'web_search_tool_result',
]);

function assistantPart(block: Json, where: string, dropped: Set<string>): AssistantContent {
  switch (block['type']) {
    case 'text': {
      const text = textOf(block['text']);
      return text === undefined ? [] : [{ type: 'text', text, ...cacheControlOf(block) }];
    }
    case 'thinking':
      return [thinkingPart(textOf(block['thinking']) ?? '', textOf(block['signature']))];
    case 'redacted_thinking': {
      const data = requireText(block['data'], `a redacted thinking of ${where}`);
      const providerOptions = unpackOpaqueState(data) ?? {
        anthropic: { redactedData: data },
        amazonBedrock: { redactedContent: data },
      };
      return [{ type: 'reasoning', text: '', providerOptions }];
    }
    case 'tool_use': {
      const { id, state } = splitIdState(requireText(block['id'], `the id of a tool call of ${where}`));
      return [
        {
          type: 'tool-call',
          toolCallId: id,
          toolName: requireText(block['name'], `the name of a tool call of ${where}`),
          input: argumentsOf(block['input']),
          ...stateOption(state),
        },
      ];
    }
    // One that has failed: the conversation goes on as it was.
    case 'compaction':
      return [];
    default:
      if (!VENDOR_BLOCKS.has(block['type'])) throw unknownBlock(block, where);
      dropped.add(`messages.${describeWord(block['type'])}`);
      return [];
  }
}

/** A signature that was not packed here is Anthropic's, which its models on Bedrock take as well. */
function thinkingPart(text: string, signature: string | undefined): AssistantContent[number] {
  if (signature === undefined) return { type: 'reasoning', text };
  const providerOptions = unpackOpaqueState(signature) ?? {
    anthropic: { signature },
    amazonBedrock: { signature },
  };
  return { type: 'reasoning', text, providerOptions };
}

function stateOption(state: OpaqueState | undefined) {
  return state === undefined ? {} : { providerOptions: state };
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
