import { asObject, objectsOf } from '../../src/base/json.ts';
import type { Json } from '../../src/base/json.ts';

/** A client: how it sends what is a chat. */
export interface Client {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  path(model: string): string;
  body(chat: Json): object;
}

/** By what they are called in tables. Of the shapes, those that are texts alone can be sent in every dialect. */
export const clients: Readonly<Record<string, Client>> = {
  chat: { name: 'chat', headers: {}, path: () => '/v1/chat/completions', body: (chat) => chat },
  messages: {
    name: 'messages',
    headers: { 'anthropic-version': '2023-06-01' },
    path: () => '/v1/messages',
    body: (chat) => chat,
  },
  responses: {
    name: 'responses',
    headers: {},
    path: () => '/v1/responses',
    body: ({ model, messages }) => ({ model, input: messages, store: false }),
  },
  contents: {
    name: 'contents',
    headers: {},
    path: (model) => `/v1beta/models/${model}:generateContent`,
    body: ({ messages }) => ({
      contents: objectsOf(messages).map(({ role, content }) => ({
        role: role === 'assistant' ? 'model' : 'user',
        parts: typeof content === 'string' ? [{ text: content }] : objectsOf(content).map(partOf),
      })),
    }),
  },
};

function partOf({ text, image_url: image }: Json): object {
  const url = asObject(image)?.['url'];
  if (typeof url !== 'string') return { text };
  const [type = '', data] = url.split(',');
  return { inlineData: { mimeType: type.slice('data:'.length, type.indexOf(';')), data } };
}
