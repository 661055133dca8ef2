import { NO_QUIRKS } from '../../src/translate/codec.ts';
import type {
  NormalizedRequest,
  CallOptions,
  ProviderCodec,
  ProviderQuirks,
  ExtraOptions,
} from '../../src/translate/codec.ts';
import { modelCapabilities } from '../../src/catalog/models/model-capabilities.ts';
import { anthropicMessagesCodec } from '../../src/translate/provider/anthropic-messages.ts';
import { bedrockConverseCodec } from '../../src/translate/provider/bedrock-converse.ts';
import { geminiGenerateCodec } from '../../src/translate/provider/gemini-generate.ts';
import { openaiChatCodec } from '../../src/translate/provider/openai-chat.ts';
import { InterceptedFetch } from '../../src/translate/package-call.ts';
import { fittedCallFor } from '../../src/translate/provider/fitted-call.ts';

/** A normalized request of one question, with the options of a test. */
export function requestOf(
  options: Partial<CallOptions> = {},
  extraOptions: ExtraOptions = {},
): NormalizedRequest {
  const prompt: CallOptions['prompt'] = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }];
  return { options: { prompt, ...options }, extraOptions, dropped: [] };
}

/** A turn in which two tools were called; one failed, the other showed a picture. */
export const TOOL_TURN: CallOptions['prompt'] = [
  { role: 'user', content: [{ type: 'text', text: 'Look' }] },
  {
    role: 'assistant',
    content: [
      { type: 'text', text: 'So be it' },
      { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{"n":12345678901234567890}' },
      { type: 'tool-call', toolCallId: 'c2', toolName: 'show', input: '' },
    ],
  },
  {
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        toolCallId: 'c1',
        toolName: 'look',
        output: { type: 'error-text', value: 'Too dark' },
      },
    ],
  },
  {
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        toolCallId: 'c2',
        toolName: 'show',
        output: {
          type: 'content',
          value: [
            { type: 'text', text: 'Here' },
            { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'iVBORw0KGgo=' } },
          ],
        },
      },
    ],
  },
];

type Tool = Extract<NonNullable<CallOptions['tools']>[number], { readonly type: 'function' }>;

/** A tool of the client's. */
export function toolNamed(name: string, providerOptions?: Tool['providerOptions']): Tool {
  return {
    type: 'function',
    name,
    inputSchema: { type: 'object', properties: {} },
    ...(providerOptions !== undefined && { providerOptions }),
  };
}

export interface Intercepted {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Types of provider that speak the dialects of the codecs. */
const TYPES: ReadonlyMap<ProviderCodec, string> = new Map([
  [anthropicMessagesCodec, 'claude'],
  [bedrockConverseCodec, 'bedrock'],
  [geminiGenerateCodec, 'gemini'],
  [openaiChatCodec, 'openai-compatible'],
]);

/** Quirks of a provider of a type, with what the table has of a model. */
export function quirksFor(type: string, model: string): ProviderQuirks {
  return { ...NO_QUIRKS, capabilities: modelCapabilities(type, model) };
}

/**
 * The request that a provider codec makes of a normalized request.
 * @param quirks - default: what is known of the model
 */
export async function interceptedFrom(
  codec: ProviderCodec,
  request: NormalizedRequest,
  model: string,
  {
    stream = false,
    quirks = quirksFor(TYPES.get(codec) ?? '', model),
  }: { stream?: boolean; quirks?: ProviderQuirks } = {},
): Promise<Intercepted> {
  const intercepted = new InterceptedFetch();
  const { options } = fittedCallFor(codec, request, model, quirks);
  const languageModel = await codec.loadModel(model, intercepted.fetch, quirks);
  const call: PromiseLike<unknown> = stream
    ? languageModel.doStream(options)
    : languageModel.doGenerate(options);
  const made = Promise.resolve(call);
  made.catch(() => undefined);
  try {
    const { headers, body } = await intercepted.request(made);
    const patched: unknown = JSON.parse(codec.patchBody?.(body, options) ?? body);
    if (typeof patched !== 'object' || patched === null) throw new TypeError('no object was sent');
    return { headers, body: Object.fromEntries(Object.entries(patched)) };
  } finally {
    intercepted.abort();
  }
}
