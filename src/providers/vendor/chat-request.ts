import { noFacts } from '../../dialects/scan/body-facts.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { asObject, parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import { NotExpressible } from '../../translate/codec.ts';
import { requireConvertible } from '../../translate/convertible-body.ts';

/** A message of a chat, as its text: the providers here take nothing else. */
export interface ChatMessage {
  /** Empty where the client names none. */
  readonly role: string;
  readonly text: string;
  /** Of who says it; absent where the client names nobody. */
  readonly name?: string;
}

/** A request for a chat completion, decoded. */
export interface ChatRequest {
  readonly body: Json;
  readonly messages: readonly ChatMessage[];
  /** The client's own user. */
  readonly user: string | undefined;
}

/**
 * Decodes a request for a chat completion, for a vendor that answers with text and has no tools. Settings such as the
 * temperature are dropped (`droppedFields`). Throws `NotExpressible` for what would change the meaning.
 */
export function decodeTextChat(call: Call): ChatRequest {
  const body = decodeBody(call);
  const { messages, tools, n, response_format: format, user } = body;
  if (!Array.isArray(messages) || messages.length === 0) throw new NotExpressible('it has no messages');
  if (Array.isArray(tools) && tools.length > 0 && body['tool_choice'] !== 'none')
    throw new NotExpressible('tools');
  if (typeof n === 'number' && n > 1) throw new NotExpressible('several choices (n)');
  const formatType = asObject(format)?.['type'];
  if (formatType !== undefined && formatType !== 'text') throw new NotExpressible('response_format');
  return {
    body,
    messages: messages.map(messageOf),
    user: typeof user === 'string' && user !== '' ? user : undefined,
  };
}

/** The body of a request, decoded. Throws `NotExpressible`. */
export function decodeBody(call: Call): Json {
  const body = parseObject(requireConvertible(call.body).toString());
  if (body === undefined) throw new NotExpressible('its body is not a JSON object');
  return body;
}

function messageOf(value: unknown): ChatMessage {
  const message = asObject(value) ?? {};
  const role = typeof message['role'] === 'string' ? message['role'] : '';
  if (role === 'tool' || role === 'function') throw new NotExpressible('results of tools');
  const { name } = message;
  return {
    role,
    text: textOf(message['content']),
    ...(typeof name === 'string' && name !== '' && { name }),
  };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => {
      const { type, text, refusal } = asObject(part) ?? {};
      const value = type === 'refusal' ? refusal : text;
      if (typeof value !== 'string') throw new NotExpressible(`content of the type ${String(type)}`);
      return value;
    })
    .join('\n');
}

/** Whether a message gives instructions. */
export function isInstruction({ role }: ChatMessage): boolean {
  return role === 'system' || role === 'developer';
}

/** The vendor's request that a chat becomes. */
export interface VendorRequest {
  readonly operation: Operation;
  /** Behind the base path. */
  readonly path: string;
  readonly query?: string;
  readonly body: object;
  readonly stream: boolean;
  /** Beside those of every request. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields of the client's that were translated, beside the messages. */
  readonly usedFields?: readonly string[];
  /** Fields that are handled, and whose value this vendor has no word for. */
  readonly lostFields?: readonly string[];
}

/** Fields that are handled for every vendor. */
const HANDLED: ReadonlySet<string> = new Set([
  'messages',
  'model',
  'n',
  'response_format',
  'store',
  'stream',
  'stream_options',
  'tool_choice',
  'tools',
]);

/** The fields of a request that are dropped, by their names. */
export function droppedFields(
  body: Json,
  { usedFields = [], lostFields = [] }: VendorRequest,
): readonly string[] {
  const unknown = Object.keys(body).filter((name) => !HANDLED.has(name) && !usedFields.includes(name));
  return [...unknown, ...lostFields];
}

/** The client's call with the vendor's request. */
export function vendorCall(call: Call, request: VendorRequest): Call {
  const { operation, path, query = '', body, stream, headers = {} } = request;
  return {
    ...call,
    target: { operation, path, query },
    headers: [
      ...withoutDialect(call.headers),
      'content-type',
      'application/json',
      'accept',
      stream ? 'text/event-stream' : 'application/json',
      ...Object.entries(headers).flat(),
    ],
    body: { kind: 'buffered', bytes: Buffer.from(JSON.stringify(body)) },
    modelSpan: undefined,
    hints: noFacts(),
    stream,
    creates: false,
  };
}

/** Headers without those of OpenAI's dialect. */
function withoutDialect(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (!/^(?:accept|content-type|openai-.*|x-stainless-.*)$/iu.test(name))
      kept.push(name, headers[at + 1] ?? '');
  }
  return kept;
}
