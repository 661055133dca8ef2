import type { ProviderConfig } from '../../config/schema.ts';
import type { Call } from '../../dialects/call.ts';
import { asObject } from '../../dialects/frame-judge.ts';
import type { Operation } from '../../dialects/operation.ts';
import { placeOf } from '../place.ts';
import { plainWire } from '../plain-wire.ts';
import { providerTypes } from '../types.ts';
import type { Wire } from '../wire.ts';
import { leftOut, readTextChat, vendorCall } from './chat-request.ts';
import type { ChatRequest, VendorAsking } from './chat-request.ts';
import { ChatRetelling } from './chat-retelling.ts';
import type { AnswerReader } from './chat-retelling.ts';
import { ChatWriter } from './chat-writer.ts';

/** How a provider with an API of its own answers a chat. */
export interface OwnChat {
  /** What its operations' names begin with: `coze.`. */
  readonly operations: string;
  /** How it is asked. Throws `NotExpressible` for what it has no means for. */
  ask(chat: ChatRequest, call: Call, model: string): VendorAsking;
  /** What reads its answer to one call. */
  reader(): AnswerReader;
}

/** A wire that turns chats into what the provider has, and passes on what is asked for in its own way. */
export function ownChatWire(config: ProviderConfig, own: OwnChat): Wire {
  const { origin, basePath } = placeOf(config);
  const credential = providerTypes.get(config.type)?.credential ?? { kind: 'bearer' };
  const lacks = ({ name }: Operation): boolean => !name.startsWith(own.operations);
  return {
    ...plainWire(origin, 'openai-chat', [{ family: 'vendor', basePath, credential, lacks }]),
    convert: (call, model) => {
      if (call.target.operation.name !== 'chat.completions') return undefined;
      const chat = readTextChat(call);
      const wantsUsage = asObject(chat.body['stream_options'])?.['include_usage'] === true;
      const asking = own.ask(chat, call, model ?? '');
      const writer = new ChatWriter(call, model, wantsUsage);
      return {
        call: vendorCall(call, asking),
        retelling: new ChatRetelling(own.reader(), writer, call.stream, leftOut(chat, asking)),
      };
    },
  };
}
