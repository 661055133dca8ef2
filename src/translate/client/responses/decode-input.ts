import { asObject } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { argumentsOf } from '../../call-arguments.ts';
import { NotExpressible } from '../../codec.ts';
import { splitIdState, unpackOpaqueState } from '../../opaque-state.ts';
import type { ToolBook } from '../client-tools.ts';
import { customArguments } from '../custom-tools.ts';
import { describeWord, requireObject, requireObjects, requireText, textOf } from '../fields.ts';
import type { Prompt } from '../fields.ts';
import { builtInTool, isHostedEnvironment, shellOutputText } from './built-in-tools.ts';
import { Conversation } from './conversation.ts';
import type { ReasoningPart } from './conversation.ts';
import { assistantText, instructionText, outputOf, userContent } from './decode-content.ts';
import { identityOf } from './decode-tools.ts';

/** The conversation, and the names of items that were dropped. */
export interface DecodedInput {
  readonly prompt: Prompt;
  readonly dropped: readonly string[];
}

/** Decodes `instructions` and `input`. @param book - with all tools of the request */
export function decodeInput({ instructions, input }: Json, book: ToolBook): DecodedInput {
  const conversation = new Conversation();
  if (typeof instructions === 'string' && instructions !== '')
    conversation.add({ role: 'system', content: instructions });
  if (typeof input === 'string') conversation.add({ role: 'user', content: [{ type: 'text', text: input }] });
  else if (Array.isArray(input))
    for (const [at, item] of input.entries()) {
      const where = `input[${at}]`;
      decodeItem(requireObject(item, where), where, conversation, book);
    }
  else throw new NotExpressible('input is neither a text nor a list');
  return { prompt: conversation.messages, dropped: [...conversation.dropped] };
}

/** An item may leave its type out: a message has a role, and a reference an id alone. */
function typeOf(item: Json): string {
  const type = item['type'] ?? (item['role'] === undefined && 'id' in item ? 'item_reference' : 'message');
  return describeWord(type);
}

/**
 * Items of what OpenAI's servers, or tools of its own models, did in an earlier turn. They mean nothing to other providers; the
 * model's text about them stays (platform.openai.com/docs/api-reference/responses/create, 2026-11-30).
 */
const VENDOR_ITEMS: ReadonlySet<string> = new Set([
  'code_interpreter_call',
  'computer_call',
  'computer_call_output',
  'file_search_call',
  'image_generation_call',
  'mcp_approval_request',
  'mcp_approval_response',
  'mcp_call',
  'mcp_list_tools',
  'program',
  'program_output',
  'web_search_call',
]);

function decodeItem(item: Json, where: string, conversation: Conversation, book: ToolBook): void {
  const type = typeOf(item);
  const callId = (): string =>
    splitIdState(requireText(item['call_id'] ?? item['id'], `the call_id of ${where}`)).id;
  switch (type) {
    case 'message':
      decodeMessage(item, where, conversation);
      return;
    case 'agent_message':
      decodeAgentMessage(item, where, conversation);
      return;
    case 'reasoning':
      conversation.addReasoning(reasoningPart(item, where));
      return;
    case 'function_call': {
      const name = book.functionNameOf(identityOf('function', item, where));
      conversation.addCall(callId(), name, argumentsOf(item['arguments']));
      return;
    }
    case 'custom_tool_call': {
      const name = book.functionNameOf(identityOf('custom', item, where));
      conversation.addCall(callId(), name, customArguments(item['input'], where));
      return;
    }
    case 'local_shell_call':
    case 'shell_call':
    case 'apply_patch_call':
    case 'tool_search_call':
      decodeBuiltInCall(item, type, where, conversation, book);
      return;
    case 'function_call_output':
    case 'custom_tool_call_output':
    case 'local_shell_call_output':
      conversation.addResult(callId(), outputOf(item['output'], where), type);
      return;
    case 'shell_call_output':
      conversation.addResult(callId(), { type: 'text', value: shellOutputText(item['output']) }, type);
      return;
    case 'apply_patch_call_output': {
      const value = textOf(item['output']) ?? describeWord(item['status']);
      const isError = item['status'] === 'failed';
      conversation.addResult(callId(), { type: isError ? 'error-text' : 'text', value }, type);
      return;
    }
    case 'tool_search_output':
      decodeFoundTools(item, where, conversation, book);
      return;
    // Read with the tools and with the options of the request.
    case 'additional_tools':
    case 'configuration_update':
      return;
    case 'item_reference':
      throw new NotExpressible(
        `${where} names an item by its id, which only the provider that made it keeps: send the item itself`,
      );
    case 'compaction':
    case 'compaction_summary':
    case 'context_compaction':
      if (textOf(item['encrypted_content']) !== undefined)
        throw new NotExpressible(
          `${where} is a compacted conversation that only the provider that made it can read`,
        );
      return;
    default:
      if (!VENDOR_ITEMS.has(type))
        throw new NotExpressible(`${where} is of type ${type}, which is not known here`);
      conversation.drop(type);
  }
}

function decodeBuiltInCall(
  item: Json,
  type: string,
  where: string,
  conversation: Conversation,
  book: ToolBook,
): void {
  const kind = type.slice(0, -'_call'.length);
  const builtIn = builtInTool(kind);
  if (builtIn === undefined) throw new TypeError(`there is no tool ${kind}`);
  const isVendors =
    kind === 'tool_search' ? item['execution'] !== 'client' : isHostedEnvironment(item['environment']);
  const id = item['call_id'] ?? item['id'];
  if (isVendors) {
    conversation.drop(type, textOf(id));
    return;
  }
  const callId = requireText(id, `the call_id of ${where}`);
  conversation.addCall(callId, book.functionNameOf({ kind, name: kind }), builtIn.argumentsOf(item));
}

/** Tools that a search found are declared with the others. Where the client has searched, the model gets their names. */
function decodeFoundTools(item: Json, where: string, conversation: Conversation, book: ToolBook): void {
  if (item['execution'] !== 'client') {
    conversation.drop('tool_search_output');
    return;
  }
  const callId = requireText(item['call_id'], `the call_id of ${where}`);
  const found = requireObjects(item['tools'], `${where}.tools`).flatMap((tool) =>
    tool['type'] === 'namespace'
      ? requireObjects(tool['tools'], `${where}.tools`).map((each) => ({ ...each, namespace: tool['name'] }))
      : [tool],
  );
  const names = found.map((tool) => foundName(tool, where, book));
  const value =
    names.length === 0 ? 'No tools were found.' : `These tools can be called now: ${names.join(', ')}`;
  conversation.addResult(callId, { type: 'text', value }, 'tool_search_output');
}

function foundName(tool: Json, where: string, book: ToolBook): string {
  const kind = describeWord(tool['type']);
  return kind === 'function' || kind === 'custom'
    ? book.functionNameOf(identityOf(kind, tool, `a tool of ${where}`))
    : kind;
}

function decodeMessage({ role, content }: Json, where: string, conversation: Conversation): void {
  switch (role) {
    case 'system':
    case 'developer':
      conversation.add({ role: 'system', content: instructionText(content, where) });
      return;
    case 'assistant': {
      const text = assistantText(content, where);
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

/**
 * What one of Codex's agents said to another
 * (github.com/openai/codex, codex-rs/protocol/src/models.rs, `AgentMessage`, 2026-11-30).
 */
function decodeAgentMessage(item: Json, where: string, conversation: Conversation): void {
  const author = requireText(item['author'], `the author of ${where}`);
  const recipient = requireText(item['recipient'], `the recipient of ${where}`);
  const heading = { type: 'text' as const, text: `A message from ${author} to ${recipient}:` };
  conversation.add({ role: 'user', content: [heading, ...userContent(item['content'], where)] });
}

function reasoningPart(item: Json, where: string): ReasoningPart {
  const shown = [
    ...requireObjects(item['summary'], `${where}.summary`),
    ...requireObjects(item['content'], `${where}.content`),
  ];
  const text = shown.map((part) => textOf(part['text']) ?? '').join('\n');
  const state = unpackOpaqueState(textOf(item['encrypted_content']) ?? '');
  return { type: 'reasoning', text, ...(state !== undefined && { providerOptions: state }) };
}

/** What items of the conversation change of the request's options: of several the last holds. */
export function configurationUpdate({ input }: Json): Json {
  const items = Array.isArray(input) ? input.map(asObject) : [];
  const updates = items.filter((item) => item?.['type'] === 'configuration_update');
  const last = (name: string): Json | undefined =>
    updates.map((item) => asObject(item?.[name])).findLast((each) => each !== undefined);
  const [reasoning, text] = [last('reasoning'), last('text')];
  return { ...(reasoning !== undefined && { reasoning }), ...(text !== undefined && { text }) };
}
