import type { ProviderConfig } from '../../config/schema/schema.ts';
import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { deeplTranslate } from '../../dialects/operations/vendor.ts';
import type { Key } from '../../keys/key.ts';
import { NotExpressible } from '../../translate/codec.ts';
import { TranslationError } from '../../translate/response-translator.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderAdapter } from '../adapter.ts';
import { isInstruction } from './chat-request.ts';
import type { ChatRequest, VendorRequest } from './chat-request.ts';
import type { Piece } from './chat-writer.ts';
import { textIn } from './json-fields.ts';
import { vendorChatAdapter } from './vendor-chat-adapter.ts';

/** developers.deepl.com/docs/getting-started/auth: where accounts of the free plan are. */
const FREE_ORIGIN = 'https://api-free.deepl.com';
/** Ends the keys of such accounts. */
const FREE_SUFFIX = ':fx';

/**
 * DeepL: the messages of a chat are translated, each into a choice of its own. Which of its two hosts gets the request
 * depends on the model, as in the Higress plugin, or else on the key; a configured base URL or domain overrides both.
 */
export function openDeepl(config: ProviderConfig): ProviderAdapter {
  const { targetLang = '' } = config;
  const adapter = vendorChatAdapter(config, {
    operations: 'deepl.',
    buildRequest: (chat) => buildRequest(chat, targetLang),
    createReader: () => ({ readWhole, readFrame: () => undefined }),
  });
  const isDefaultOrigin =
    config.baseUrl === providerTypeOf('deepl').baseUrl && config.providerDomain === undefined;
  const atItsHost = <Built extends object>(built: Built, model: string | undefined, key: Key | undefined) =>
    isDefaultOrigin && !('kind' in built) && isFree(model, key) ? { ...built, origin: FREE_ORIGIN } : built;
  return {
    ...adapter,
    authorize: async (request, key, call) => {
      const authorized = await adapter.authorize(request, key, call);
      return atItsHost(authorized, undefined, key);
    },
    build: async (call, key, model) => atItsHost(await adapter.build(call, key, model), model, key),
  };
}

function isFree(model: string | undefined, key: Key | undefined): boolean {
  if (model === 'Free') return true;
  return model !== 'Pro' && key?.secret.reveal().endsWith(FREE_SUFFIX) === true;
}

function buildRequest({ messages }: ChatRequest, targetLang: string): VendorRequest {
  const texts = messages.filter((message) => !isInstruction(message)).map(({ text }) => text);
  if (texts.length === 0) throw new NotExpressible('it has no message to translate');
  const context = messages
    .filter(isInstruction)
    .map(({ text }) => text)
    .join('\n');
  const body = { text: texts, target_lang: targetLang, ...(context !== '' && { context }) };
  return { operation: deeplTranslate, path: deeplTranslate.pattern, body, stream: false };
}

function readWhole(body: Json): readonly Piece[] {
  const { translations } = body;
  if (!Array.isArray(translations)) throw new TranslationError('DeepL answered without translations');
  return translations.map((value: unknown, choice) => {
    const translation = asObject(value);
    const text = textIn(translation, 'text');
    if (text === undefined) throw new TranslationError('a translation of DeepL has no text');
    const name = textIn(translation, 'detected_source_language');
    return { choice, text, ...(name !== undefined && { name }) };
  });
}
