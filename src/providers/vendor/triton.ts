import type { ProviderConfig } from '../../config/schema.ts';
import type { Call } from '../../dialects/call.ts';
import { tritonGenerate } from '../../dialects/vendor-operations.ts';
import type { Json } from '../../translate/asked.ts';
import { RetellingError } from '../../translate/retelling.ts';
import type { Wire } from '../wire.ts';
import type { ChatRequest, VendorAsking } from './chat-request.ts';
import type { Piece } from './chat-writer.ts';
import { textIn } from './json.ts';
import { ownChatWire } from './own-chat.ts';

/** Settings that go on to the model as they are. */
const SETTINGS = ['temperature', 'top_p', 'top_k', 'max_tokens', 'seed'];

/** Triton's generate extension: a text in, a text out; of a chat the last message. */
export function openTriton(config: ProviderConfig): Wire {
  return ownChatWire(config, {
    operations: 'triton.',
    ask: (chat, call, model) => ask(chat, call, model, config.tritonModelVersion),
    reader: () => ({
      whole: (body) => [read(body) ?? missing()],
      frame: (_, data) => read(data),
      endsByClosing: true,
    }),
  });
}

function ask(
  { body, messages }: ChatRequest,
  { stream }: Call,
  model: string,
  version: string | undefined,
): VendorAsking {
  const place = version === undefined ? '' : `/versions/${encodeURIComponent(version)}`;
  const verb = stream ? 'generate_stream' : 'generate';
  const settings: Record<string, unknown> = {};
  for (const name of SETTINGS) if (typeof body[name] === 'number') settings[name] = body[name];
  return {
    operation: tritonGenerate,
    path: `/models/${encodeURIComponent(model)}${place}/${verb}`,
    body: {
      text_input: messages.at(-1)?.text ?? '',
      parameters: { stream, ...settings },
    },
    stream,
    uses: Object.keys(settings),
  };
}

function read(body: Json): Piece | undefined {
  const text = textIn(body, 'text_output');
  const id = textIn(body, 'id') ?? '';
  return text === undefined ? undefined : { text, ...(id !== '' && { id }) };
}

function missing(): never {
  throw new RetellingError('Triton answered without text_output');
}
