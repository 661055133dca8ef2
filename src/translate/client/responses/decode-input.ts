import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import { splitIdState, unpackOpaqueState } from '../../opaque-state.ts';
import { argumentsOf, definedOnly, requireObject, requireText, textOf, describeWord } from '../fields.ts';
import type { AssistantContent, Message, Prompt, ToolContent, ToolOutput, UserContent } from '../fields.ts';
import { filePart, imagePart, joinedText, partsOutput } from '../openai/decode-messages.ts';
import { flatNameOf, LOCAL_SHELL } from './decode-tools.ts';

/** The conversation, and the names of items that were dropped. */
export interface DecodedInput {
  readonly prompt: Prompt;
  readonly dropped: readonly string[];
}

/** Decodes `instructions` and `input`. */
export function decodeInput({ instructions, input }: Json): DecodedInput {
  const conversation = new Conversation();
  if (typeof instructions === 'string' && instructions !== '')
    conversation.add({ role: 'system', content: instructions });
  if (typeof input === 'string') conversation.add({ role: 'user', content: [{ type: 'text', text: input }] });
  else if (Array.isArray(input))
    for (const [at, item] of input.entries()) {
      const where = `input[${at}]`;
      decodeItem(requireObject(item, where), where, conversation);
    }
  else throw new NotExpressible('input is neither a text nor a list');
  return { prompt: conversation.messages, dropped: [...conversation.dropped] };
}

type ReasoningPart = Extract<AssistantContent[number], { readonly type: 'reasoning' }>;

/** Items are smaller than messages: the items of the model's turn become one message, and so do successive results. */
class Conversation {
  readonly messages: Message[] = [];
  /** Of the tools called so far, by the ids of the calls. */
  readonly names = new Map<string, string>();
  /** Items that mean nothing to other providers, by their types. */
  readonly dropped = new Set<string>();
  /** Reasoning without text: its state belongs to the call behind it, where there is one. */
  #stateOnly: ReasoningPart | undefined;

  add(message: Message): void {
    this.#flushStateOnly();
    this.messages.push(message);
  }

  addReasoning(part: ReasoningPart): void {
    this.#flushStateOnly();
    // Only OpenAI could decrypt it.
    if (part.text === '' && part.providerOptions === undefined) return;
    if (part.text === '' && part.providerOptions?.['google'] !== undefined) this.#stateOnly = part;
    else this.addAssistantPart(part);
  }

  addAssistantPart(part: AssistantContent[number]): void {
    this.#flushStateOnly();
    const last = this.messages.at(-1);
    if (last?.role === 'assistant') last.content.push(part);
    else this.messages.push({ role: 'assistant', content: [part] });
  }

  addCall(toolCallId: string, toolName: string, input: unknown): void {
    this.names.set(toolCallId, toolName);
    const { providerOptions } = this.#stateOnly ?? {};
    this.#stateOnly = undefined;
    this.addAssistantPart({
      type: 'tool-call',
      toolCallId,
      toolName,
      input,
      ...(providerOptions !== undefined && { providerOptions }),
    });
  }

  addResult(toolCallId: string, output: ToolOutput): void {
    this.#flushStateOnly();
    const toolName = this.names.get(toolCallId) ?? 'unknown';
    const part: ToolContent[number] = { type: 'tool-result', toolCallId, toolName, output };
    const last = this.messages.at(-1);
    if (last?.role === 'tool') last.content.push(part);
    else this.messages.push({ role: 'tool', content: [part] });
  }

  #flushStateOnly(): void {
    const part = this.#stateOnly;
    this.#stateOnly = undefined;
    if (part !== undefined) this.addAssistantPart(part);
  }
}

function decodeItem(item: Json, where: string, conversation: Conversation): void {
  const named = (): string =>
    flatNameOf(requireText(item['name'], `the name of ${where}`), textOf(item['namespace']));
  const callId = (): string =>
    splitIdState(requireText(item['call_id'] ?? item['id'], `the call_id of ${where}`)).id;
  switch (item['type'] ?? 'message') {
    case 'message':
      decodeMessage(item, where, conversation);
      return;
    case 'reasoning':
      conversation.addReasoning(reasoningPart(item));
      return;
    case 'function_call':
      conversation.addCall(callId(), named(), argumentsOf(textOf(item['arguments']) ?? ''));
      return;
    case 'custom_tool_call':
      conversation.addCall(callId(), named(), { input: item['input'] ?? '' });
      return;
    case 'local_shell_call':
      conversation.addCall(callId(), LOCAL_SHELL, shellInput(asObject(item['action']) ?? {}));
      return;
    case 'function_call_output':
    case 'custom_tool_call_output':
    case 'local_shell_call_output':
      conversation.addResult(callId(), outputOf(item['output'], where));
      return;
    case 'item_reference':
      throw new NotExpressible(`${where} names what only the provider that made it keeps`);
    default:
      // What a tool of OpenAI's own did in an earlier turn means nothing to other providers.
      conversation.dropped.add(`input.${describeWord(item['type'])}`);
  }
}

/** The arguments of a shell call, without what the client added. */
function shellInput({ command, working_directory, timeout_ms }: Json): Json {
  return definedOnly({ command, working_directory, timeout_ms });
}

function decodeMessage({ role, content }: Json, where: string, conversation: Conversation): void {
  switch (role) {
    case 'system':
    case 'developer':
      conversation.add({ role: 'system', content: joinedText(content) });
      return;
    case 'assistant': {
      const text = typeof content === 'string' ? content : assistantText(content);
      if (text !== '') conversation.addAssistantPart({ type: 'text', text });
      return;
    }
    case 'user':
      conversation.add({ role: 'user', content: userContent(content, where) });
      return;
    default:
      throw new NotExpressible(`${where}.role is none that is known`);
  }
}

function assistantText(content: unknown): string {
  return objectsOf(content)
    .map((part) => textOf(part['text']) ?? textOf(part['refusal']) ?? '')
    .join('');
}

function userContent(content: unknown, where: string): UserContent {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return objectsOf(content).map((part) => userPart(part, where));
}

function userPart(part: Json, where: string): UserContent[number] {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: requireText(part['text'], `a text of ${where}`) };
    case 'input_image': {
      const url = textOf(part['image_url']);
      if (url === undefined)
        throw new NotExpressible('an image is named by an id, which means nothing to another provider');
      return imagePart(url, part['detail'], part);
    }
    case 'input_file':
      return filePart(part, part);
    default:
      throw new NotExpressible(`${where} holds a part of type ${describeWord(part['type'])}`);
  }
}

function reasoningPart(item: Json): ReasoningPart {
  const shown = [...objectsOf(item['summary']), ...objectsOf(item['content'])];
  const text = shown.map((part) => textOf(part['text']) ?? '').join('\n');
  const state = unpackOpaqueState(textOf(item['encrypted_content']) ?? '');
  return { type: 'reasoning', text, ...(state !== undefined && { providerOptions: state }) };
}

function outputOf(output: unknown, where: string): ToolOutput {
  if (typeof output === 'string') return { type: 'text', value: output };
  return partsOutput(userContent(output, where));
}
