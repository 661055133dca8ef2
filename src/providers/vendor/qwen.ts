import { asObject, objectsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { operationOfCapability } from '../../catalog/capabilities.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { memberAt } from '../../dialects/scan/json-edit.ts';
import { NotExpressible } from '../../translate/codec.ts';
import { MAX_CONVERTED_BYTES } from '../../translate/convertible-body.ts';
import {
  decodeEmbeddings,
  encodeEmbeddings,
  allVectors,
  vectorOf,
} from '../../translate/embed/openai-embeddings.ts';
import type { BodyEdits } from '../../translate/edit/apply-edits.ts';
import { WholeResponseTranslator } from '../../translate/whole-translation.ts';
import { openCompatible } from '../adapters/compatible.ts';
import { withBodyEdits } from '../request/body-edits.ts';
import { removeHeaders } from '../request/headers.ts';
import type { Converted, ProviderAdapter } from '../adapter.ts';
import { decodeBody, vendorCall } from './chat-request.ts';
import { preservesThinking, qwenChatRequest } from './qwen-chat.ts';
import type { QwenSettings } from './qwen-chat.ts';
import { QwenReader } from './qwen-reader.ts';
import { convertedChat } from './vendor-chat-adapter.ts';

const textEmbedding = operationNamed('qwen.text_embedding');
const textRerank = operationNamed('qwen.text_rerank');

/** What is converted to DashScope's own API. */
const CONVERTED: ReadonlySet<string> = new Set(['chat.completions', 'embeddings', 'rerank']);

/** What a configured path is for, where it is for what the client asks for. */
const NATIVE: ReadonlyMap<string, string> = new Map([
  ['chat.completions', 'qwen.text_generation'],
  ['embeddings', textEmbedding.name],
]);

/**
 * Qwen: DashScope's compatible mode, which speaks OpenAI's dialect, or where `qwenEnableCompatible` is false its own API, to which
 * chats and embeddings are converted. What that has no words for, or is too large to be converted, goes to the compatible mode
 * all the same: both are there for every key.
 */
export function openQwen(config: ProviderConfig): ProviderAdapter {
  const adapter = withBodyEdits(openCompatible(config), thinkingBack);
  const { qwenEnableSearch, qwenFileIds } = config;
  if (!speaksNatively(config)) return adapter;
  const settings: QwenSettings = { enableSearch: qwenEnableSearch === true, fileIds: qwenFileIds ?? [] };
  const isConverted = ({ name }: Operation): boolean =>
    CONVERTED.has(name) && adapter.supports(textEmbedding);
  return {
    ...adapter,
    supports: (operation, model) => !isConverted(operation) && adapter.supports(operation, model),
    convert: (call, model = '') => {
      const { operation } = call.target;
      if (!isConverted(operation)) return undefined;
      return converted(call, model, settings) ?? { call, translator: undefined };
    },
  };
}

function speaksNatively({ protocol, qwenEnableCompatible }: ProviderConfig): boolean {
  return qwenEnableCompatible === false && protocol !== 'original';
}

/**
 * A configuration whose `capabilities` are for what is sent: the path of chats is that of DashScope's own API, where chats are
 * converted to it. What that has no words for goes to the compatible mode's own paths.
 */
export function withNativeCapabilities(config: ProviderConfig): ProviderConfig {
  if (!speaksNatively(config)) return config;
  const capabilities = Object.entries(config.capabilities).map(([name, path]) => {
    const operation = operationOfCapability(name) ?? name;
    return [NATIVE.get(operation) ?? name, path] as const;
  });
  return { ...config, capabilities: Object.fromEntries(capabilities) };
}

/** Has models go on from the thinking that a conversation holds. */
function thinkingBack({ target, body }: Call, model = ''): BodyEdits | undefined {
  if (target.operation.name !== 'chat.completions' || !preservesThinking(model)) return undefined;
  return body.kind === 'buffered' && body.bytes.includes(REASONING) ? { edits: [PRESERVE] } : undefined;
}

const REASONING = Buffer.from('"reasoning_content"');
const PRESERVE = { path: ['preserve_thinking'], json: 'true', overwrites: false };

/** Undefined for what the compatible mode has to do. */
function converted(call: Call, model: string, settings: QwenSettings): Converted | undefined {
  const { body, target } = call;
  if (body.kind === 'streamed' || body.bytes.length > MAX_CONVERTED_BYTES) return undefined;
  switch (target.operation.name) {
    case 'chat.completions':
      return convertChat(call, model, settings);
    case 'embeddings':
      return convertEmbeddings(call, model);
    default:
      return convertRerank(call, body.bytes);
  }
}

function convertChat(call: Call, model: string, settings: QwenSettings): Converted | undefined {
  const body = decodeBody(call);
  const request = qwenChatRequest(body, model, call.stream, settings);
  return request && convertedChat(withoutModes(call), model, body, request, new QwenReader());
}

/** What asks for a stream, or for a task in the background, is set here. */
function withoutModes(call: Call): Call {
  return { ...call, headers: removeHeaders(call.headers, MODES) };
}

const MODES: ReadonlySet<string> = new Set(['x-dashscope-sse', 'x-dashscope-async']);

/** alibabacloud.com/help/en/model-studio/text-embedding-synchronous-api */
function convertEmbeddings(call: Call, model: string): Converted | undefined {
  const body = decodeBody(call);
  const request = decodedEmbeddings(body);
  if (request === undefined) return undefined;
  const { texts, dimensions, dropped } = request;
  const parameters = { ...(dimensions !== undefined && { dimension: dimensions }) };
  const { id, acceptedAt, target } = call;
  const context = { id, acceptedAt, body, query: target.query, model: call.model ?? model };
  return {
    call: vendorCall(withoutModes(call), {
      operation: textEmbedding,
      path: textEmbedding.pattern,
      body: { model, input: { texts }, parameters },
      stream: false,
    }),
    translator: new WholeResponseTranslator(
      {
        translateResponse: (answer, asked) => {
          const vectors = vectorsOf(answer);
          return vectors && encodeEmbeddings(vectors, tokensOf(answer), asked);
        },
      },
      context,
      dropped,
    ),
  };
}

function decodedEmbeddings(body: Json): ReturnType<typeof decodeEmbeddings> | undefined {
  try {
    return decodeEmbeddings(body);
  } catch (error) {
    if (error instanceof NotExpressible) return undefined;
    throw error;
  }
}

/** In the order of the texts, which a response need not keep. */
function vectorsOf({ output }: Json): readonly (readonly number[])[] | undefined {
  const items = objectsOf(asObject(output)?.['embeddings']);
  const ordered = items.toSorted((a, b) => Number(a['text_index'] ?? 0) - Number(b['text_index'] ?? 0));
  return allVectors(ordered.map(({ embedding }) => vectorOf(embedding)));
}

function tokensOf({ usage }: Json): number {
  const tokens = asObject(usage)?.['total_tokens'];
  return typeof tokens === 'number' ? tokens : 0;
}

/** A body in this API's own form, with `input`, is for this API; others are for the compatible one. */
function convertRerank(call: Call, bytes: Buffer): Converted | undefined {
  if (memberAt(bytes, 'input') === undefined) return undefined;
  const { target } = call;
  return {
    call: {
      ...call,
      target: { operation: textRerank, path: textRerank.pattern, query: target.query },
    },
    translator: undefined,
  };
}
