import { JPEG, messagesTool, PDF, PNG, turn, user, type TranslationCase } from './translation-case.ts';
import {
  BEDROCK,
  FLASH,
  GEMINI_3,
  GITHUB,
  GPT_4,
  GPT_5,
  GROK,
  MISTRAL,
  NOVA,
  OPUS,
  SONNET,
} from './vendors.ts';

/* Models that see. */
const CHATS = [SONNET, OPUS, FLASH, GEMINI_3, BEDROCK, NOVA];
const RESPONSES = [...CHATS, MISTRAL, GITHUB];
const MESSAGES = [GPT_4, GPT_5, FLASH, GEMINI_3, BEDROCK, NOVA, MISTRAL, GITHUB, GROK];
const CONTENTS = [GPT_4, GPT_5, SONNET, OPUS, BEDROCK, NOVA, MISTRAL, GITHUB, GROK];
/* Those that read documents. */
const READERS = [GPT_4, GPT_5, FLASH, GEMINI_3, BEDROCK, NOVA];

function document(source: object, more: object = {}): object {
  return { type: 'document', source, ...more };
}
const PDF_SOURCE = { type: 'base64', media_type: 'application/pdf', data: PDF };
const JPG = /image\/jpg/u;

/** Images and documents. */
export const FILES: readonly TranslationCase[] = [
  {
    name: 'an image of the type image/jpg',
    client: 'chat',
    models: CHATS,
    body: { messages: [user([{ type: 'image_url', image_url: { url: `data:image/jpg;base64,${JPEG}` } }])] },
    notSent: [JPG],
  },
  {
    name: 'an image of the type image/jpg',
    client: 'responses',
    models: RESPONSES,
    body: {
      input: [
        {
          role: 'user',
          content: [{ type: 'input_image', image_url: `data:image/jpg;base64,${JPEG}`, detail: 'auto' }],
        },
      ],
    },
    notSent: [JPG],
  },
  {
    name: 'an image of the type image/jpg',
    client: 'messages',
    models: MESSAGES,
    body: {
      max_tokens: 100,
      messages: [user([{ type: 'image', source: { type: 'base64', media_type: 'image/jpg', data: JPEG } }])],
    },
    notSent: [JPG],
  },
  {
    name: 'an image of the type image/jpg',
    client: 'gemini',
    models: CONTENTS,
    body: { contents: [turn('user', { inlineData: { mimeType: 'image/jpg', data: JPEG } }, { text: 'a' })] },
    notSent: [JPG],
  },
  {
    name: 'an image of the type IMAGE/PNG',
    client: 'chat',
    models: CHATS,
    body: { messages: [user([{ type: 'image_url', image_url: { url: `data:IMAGE/PNG;base64,${PNG}` } }])] },
  },
  {
    name: 'a document alone',
    client: 'messages',
    models: READERS,
    body: { max_tokens: 100, messages: [user([document(PDF_SOURCE)])] },
  },
  {
    name: 'a document alone',
    client: 'gemini',
    models: [GPT_4, GPT_5, SONNET, OPUS, BEDROCK, NOVA],
    body: { contents: [turn('user', { inlineData: { mimeType: 'application/pdf', data: PDF } })] },
  },
  {
    name: 'a document alone',
    client: 'responses',
    models: CHATS,
    body: {
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` },
          ],
        },
      ],
    },
  },
  {
    name: 'a document alone',
    client: 'chat',
    models: CHATS,
    body: {
      messages: [
        user([
          { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` } },
        ]),
      ],
    },
  },
  {
    name: 'two documents of one title with signs',
    client: 'messages',
    models: READERS,
    body: {
      max_tokens: 100,
      messages: [
        user([
          document(PDF_SOURCE, { title: 'Report: Q3/2024 (final)_v2.pdf' }),
          document(PDF_SOURCE, { title: 'Report: Q3/2024 (final)_v2.pdf' }),
          { type: 'text', text: 'a' },
        ]),
      ],
    },
  },
  {
    name: 'a document whose name is of another alphabet, and one without a name',
    client: 'chat',
    models: CHATS,
    body: {
      messages: [
        user([
          {
            type: 'file',
            file: { filename: 'отчёт  №1.pdf', file_data: `data:application/pdf;base64,${PDF}` },
          },
          { type: 'file', file: { file_data: `data:application/pdf;base64,${PDF}` } },
          { type: 'text', text: 'a' },
        ]),
      ],
    },
  },
  {
    name: 'a document of text',
    client: 'messages',
    models: [...MESSAGES],
    body: {
      max_tokens: 100,
      messages: [
        user([
          document({ type: 'text', media_type: 'text/plain', data: 'words' }, { title: 't', context: 'c' }),
          { type: 'text', text: 'a' },
        ]),
      ],
    },
  },
  {
    name: 'a result that holds an image',
    client: 'messages',
    models: MESSAGES,
    body: {
      max_tokens: 100,
      tools: [messagesTool('get_city')],
      messages: [
        user('a'),
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'toolu_1', name: 'get_city', input: {} },
            { type: 'tool_use', id: 'toolu_2', name: 'get_city', input: {} },
          ],
        },
        user([
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }],
          },
          {
            type: 'tool_result',
            tool_use_id: 'toolu_2',
            is_error: true,
            content: [
              { type: 'text', text: 'snow' },
              { type: 'image', source: { type: 'base64', media_type: 'image/jpg', data: JPEG } },
            ],
          },
        ]),
      ],
    },
    sent: [/snow/u],
    notSent: [JPG],
  },
  {
    name: 'an output that holds an image and a file',
    client: 'responses',
    models: CHATS,
    body: {
      input: [
        { role: 'user', content: 'a' },
        { type: 'function_call', call_id: 'call_1', name: 'get_city', arguments: '{}' },
        {
          type: 'function_call_output',
          call_id: 'call_1',
          output: [
            { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
            { type: 'input_text', text: 'snow' },
          ],
        },
      ],
    },
    sent: [/snow/u],
  },
  {
    name: 'an image stands between texts',
    client: 'gemini',
    models: CONTENTS,
    body: {
      contents: [
        turn('user', { text: 'a' }, { inlineData: { mimeType: 'image/png', data: PNG } }, { text: 'b' }),
      ],
    },
    sent: [/iVBORw0KGgo/u],
  },
  {
    name: 'an image by its address',
    client: 'messages',
    models: [GPT_4, GPT_5, GITHUB, MISTRAL, GROK],
    body: {
      max_tokens: 100,
      messages: [user([{ type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } }])],
    },
    sent: [/a\.example/u],
  },
];
