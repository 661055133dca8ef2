import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import { endpointOf } from '../endpoint.ts';
import { plainAdapter } from '../adapters/plain.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { Converted, ProviderAdapter } from '../adapter.ts';
import { droppedFields, decodeTextChat, vendorCall } from './chat-request.ts';
import type { ChatRequest, VendorRequest } from './chat-request.ts';
import { VendorChatTranslator } from './vendor-chat-translator.ts';
import type { VendorResponseReader } from './vendor-chat-translator.ts';
import { ChatWriter } from './chat-writer.ts';

/** How a vendor with an API of its own answers a chat. */
export interface VendorChat {
  /** The prefix of its operations' names: `coze.`. */
  readonly operations: string;
  /** The end of the base path that the paths of its operations begin with themselves. */
  readonly ownVersion?: string;
  /** The vendor's request for a chat. Throws `NotExpressible` for what it cannot express. */
  buildRequest(chat: ChatRequest, call: Call, model: string): VendorRequest;
  /** Reads the response to one call. */
  createReader(): VendorResponseReader;
}

/** An adapter that translates chats to the vendor's API, and passes requests of that API as they are. */
export function vendorChatAdapter(config: ProviderConfig, vendor: VendorChat): ProviderAdapter {
  const { origin, basePath: path } = endpointOf(config);
  const { ownVersion } = vendor;
  const basePath =
    ownVersion !== undefined && path.endsWith(ownVersion) ? path.slice(0, -ownVersion.length) : path;
  const { credential } = providerTypeOf(config.type);
  const isUnsupported = ({ name }: Operation): boolean => !name.startsWith(vendor.operations);
  return {
    ...plainAdapter(origin, 'openai-chat', [
      { family: 'vendor', basePath, credential, lacks: isUnsupported },
    ]),
    convert: (call, model) =>
      call.target.operation.name === 'chat.completions' ? convertTextChat(call, model, vendor) : undefined,
  };
}

/** A chat as a vendor's request that is made of its text. Throws `NotExpressible`. */
export function convertTextChat(
  call: Call,
  model: string | undefined,
  vendor: Pick<VendorChat, 'buildRequest' | 'createReader'>,
): Converted {
  const chat = decodeTextChat(call);
  const request = vendor.buildRequest(chat, call, model ?? '');
  return convertedChat(call, model, chat.body, request, vendor.createReader());
}

/**
 * A chat as a vendor's request, and what translates the answer back.
 * @param body - of the client's request
 */
export function convertedChat(
  call: Call,
  model: string | undefined,
  body: Json,
  request: VendorRequest,
  reader: VendorResponseReader,
): Converted {
  const wantsUsage = asObject(body['stream_options'])?.['include_usage'] === true;
  const writer = new ChatWriter(call, model, wantsUsage);
  return {
    call: vendorCall(call, request),
    translator: new VendorChatTranslator(reader, writer, call.stream, droppedFields(body, request)),
  };
}
