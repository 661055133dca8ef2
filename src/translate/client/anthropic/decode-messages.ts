import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import { splitIdState, unpackOpaqueState } from '../../opaque-state.ts';
import type { OpaqueState } from '../../opaque-state.ts';
import {
  cacheControlOf,
  dataOf,
  fileOf,
  requireArguments,
  requireObject,
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

/** Decodes `system` and `messages`. */
export function decodeMessages(body: Json): Prompt {
  if (!Array.isArray(body['messages'])) throw new NotExpressible('messages is not a list');
  const names = new Map<string, string>();
  const messages = body['messages'].flatMap((each: unknown, at) =>
    decodeMessage(requireObject(each, `messages[${at}]`), `messages[${at}]`, names),
  );
  return [...decodeSystem(body['system']), ...messages];
}

/** Whether citations are requested. Documents are mere text to other providers, which cite nothing. */
export function asksForCitations({ messages }: Json): boolean {
  return objectsOf(messages)
    .flatMap(({ content }) => objectsOf(content))
    .some((block) => asObject(block['citations'])?.['enabled'] === true);
}

function decodeSystem(system: unknown): Prompt {
  const blocks = typeof system === 'string' ? [{ text: system }] : objectsOf(system);
  return blocks.flatMap((block, at) => {
    const written = requireText(block['text'], `system[${at}].text`);
    const content = withoutVendorLines(written);
    const isNothing = content === '' && (written !== '' || typeof system === 'string');
    return isNothing ? [] : [{ role: 'system', content, ...cacheControlOf(block) }];
  });
}

/** @param names - of the tools called so far, by the ids of the calls */
function decodeMessage({ role, content }: Json, where: string, names: Map<string, string>): Message[] {
  const blocks =
    typeof content === 'string'
      ? content === ''
        ? []
        : [{ type: 'text', text: content }]
      : objectsOf(content);
  switch (role) {
    case 'system':
      return blocks.map((block) => ({ role: 'system', content: textOf(asObject(block)?.['text']) ?? '' }));
    case 'user':
      return userMessages(blocks, where, names);
    case 'assistant': {
      const parts = blocks.flatMap((block) => assistantPart(block, where));
      for (const part of parts) if (part.type === 'tool-call') names.set(part.toolCallId, part.toolName);
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
      const texts = objectsOf(block['content']).map((each) => textOf(each['text']) ?? '');
      const text = [textOf(block['title']), textOf(block['source']), ...texts].filter(Boolean).join('\n');
      return [{ type: 'text', text, ...cacheControlOf(block) }];
    }
    default:
      throw new NotExpressible(`${where} holds a block of type ${describeWord(block['type'])}`);
  }
}

/** A document's `context` stands before it as text. */
function documentParts(block: Json, where: string): UserContent {
  const source = requireObject(block['source'], `a document of ${where}`);
  const title = textOf(block['title']);
  const context = textOf(block['context']);
  if (source['type'] === 'text' || source['type'] === 'content') {
    const content = source['type'] === 'text' ? source['data'] : joined(source['content']);
    const text = [title, context, textOf(content)].filter(Boolean).join('\n');
    return [{ type: 'text', text, ...cacheControlOf(block) }];
  }
  const file = {
    type: 'file' as const,
    ...sourceOf(block, 'application/pdf', where),
    ...(title !== undefined && { filename: title }),
    ...cacheControlOf(block),
  };
  return context === undefined ? [file] : [{ type: 'text', text: context }, file];
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

function joined(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((block) => textOf(block['text']) ?? '')
    .join('\n');
}

function assistantPart(block: Json, where: string): AssistantContent {
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
          input: requireArguments(block['input'], `the input of a tool call of ${where}`),
          ...stateOption(state),
        },
      ];
    }
    default:
      // What a server tool of Anthropic's did in an earlier turn means nothing to other providers.
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
  const { content, is_error: isError } = block;
  const blocks = objectsOf(content);
  if (blocks.every(({ type }) => type === 'text'))
    return { type: isError === true ? 'error-text' : 'text', value: joined(content) };
  const parts = blocks.flatMap((each) => userPart(each, where));
  return {
    type: 'content',
    value: parts.map((part) =>
      part.type === 'text' ? { type: 'text', text: part.text } : { ...part, type: 'file' as const },
    ),
  };
}
