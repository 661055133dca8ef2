import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { tritonGenerate, tritonGenerateStream } from '../../dialects/operations/vendors/triton.ts';
import { withModel } from '../../dialects/operations/model-in-path.ts';
import type { Json } from '../../base/json.ts';
import { TranslationError } from '../../translate/response-translator.ts';
import type { ProviderAdapter } from '../adapter.ts';
import type { ChatRequest, VendorRequest } from './chat-request.ts';
import type { Piece } from './chat-writer.ts';
import { textIn } from './json-fields.ts';
import { vendorChatAdapter } from './vendor-chat-adapter.ts';

/** Settings that are passed to the model as they are. */
const SETTINGS = ['temperature', 'top_p', 'top_k', 'max_tokens', 'seed'];

/** Triton's generate extension: a text in, a text out. Of a chat it gets the last message. */
export function openTriton(config: ProviderConfig): ProviderAdapter {
  return vendorChatAdapter(config, {
    operations: 'triton.',
    ownVersion: '/v2',
    buildRequest: (chat, call, model) => buildRequest(chat, call, model, config.tritonModelVersion),
    createReader: () => ({
      readWhole: (body) => [readPiece(body) ?? throwMissing()],
      readFrame: (_, data) => readPiece(data),
      endsByClosing: true,
    }),
  });
}

function buildRequest(
  { body, messages }: ChatRequest,
  { stream }: Call,
  model: string,
  version: string | undefined,
): VendorRequest {
  const place = version === undefined ? '' : `/versions/${encodeURIComponent(version)}`;
  const verb = stream ? 'generate_stream' : 'generate';
  const settings: Record<string, unknown> = {};
  for (const name of SETTINGS) if (typeof body[name] === 'number') settings[name] = body[name];
  return {
    operation: stream ? tritonGenerateStream : tritonGenerate,
    path: `${withModel('/v2/models/{model}', model)}${place}/${verb}`,
    body: {
      text_input: messages.at(-1)?.text ?? '',
      parameters: { stream, ...settings },
    },
    stream,
    usedFields: Object.keys(settings),
  };
}

function readPiece(body: Json): Piece | undefined {
  const text = textIn(body, 'text_output');
  const id = textIn(body, 'id') ?? '';
  return text === undefined ? undefined : { text, ...(id !== '' && { id }) };
}

function throwMissing(): never {
  throw new TranslationError('Triton answered without text_output');
}
