import { rawHeader } from '../../base/raw-headers.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { difyChat, difyCompletion, difyWorkflow } from '../../dialects/operations/vendor.ts';
import type { Json } from '../../base/json.ts';
import { TranslationError } from '../../translate/response-translator.ts';
import type { ProviderAdapter } from '../adapter.ts';
import { DEFAULT_PATH } from '../endpoint.ts';
import { isInstruction } from './chat-request.ts';
import type { ChatMessage, ChatRequest, VendorRequest } from './chat-request.ts';
import type { VendorResponseReader } from './vendor-chat-translator.ts';
import type { Piece } from './chat-writer.ts';
import { objectIn, textIn, usageIn } from './json-fields.ts';
import { vendorChatAdapter } from './vendor-chat-adapter.ts';

type BotType = 'Chat' | 'Agent' | 'Completion' | 'Workflow';

const OPERATIONS = {
  Chat: difyChat,
  Agent: difyChat,
  Completion: difyCompletion,
  Workflow: difyWorkflow,
} as const;

const USAGE = { prompt: 'prompt_tokens', completion: 'completion_tokens', total: 'total_tokens' };

/** Dify requires a user: the Higress plugin's where the client names none. */
const DEFAULT_USER = 'api-user';

/** Dify: an application answers, which has a model and a prompt of its own. All messages become one text. */
export function openDify(config: ProviderConfig): ProviderAdapter {
  const { botType = 'Chat', inputVariable = 'query', outputVariable = 'text' } = config;
  const adapter = vendorChatAdapter(config, {
    operations: 'dify.',
    buildRequest: (chat, call) => buildRequest(chat, call, botType, inputVariable),
    createReader: () => new DifyReader(botType, outputVariable),
  });
  return {
    ...adapter,
    originalPath: ({ name }) =>
      name === 'chat.completions' ? DEFAULT_PATH + OPERATIONS[botType].pattern : undefined,
  };
}

function buildRequest(chat: ChatRequest, call: Call, botType: BotType, inputVariable: string): VendorRequest {
  const text = chat.messages.map(transcriptLine).join('');
  const operation = OPERATIONS[botType];
  const body = {
    ...inputFields(botType, inputVariable, text),
    response_mode: call.stream ? 'streaming' : 'blocking',
    user: chat.user ?? DEFAULT_USER,
    auto_generate_name: false,
    conversation_id: conversationOf(call.headers),
  };
  return { operation, path: operation.pattern, body, stream: call.stream, usedFields: ['user'] };
}

function inputFields(botType: BotType, inputVariable: string, text: string): object {
  switch (botType) {
    case 'Chat':
    case 'Agent':
      return { inputs: {}, query: text };
    case 'Completion':
      return { inputs: { query: text }, query: '' };
    case 'Workflow':
      return { inputs: { [inputVariable]: text }, query: '' };
  }
}

/** A message in the one text, as the Higress plugin writes it. */
function transcriptLine(message: ChatMessage): string {
  const speaker = isInstruction(message) ? 'SYSTEM' : message.role === 'assistant' ? 'ASSISTANT' : 'USER';
  return `${speaker}: \n${message.text}\n`;
}

/** The conversation to be continued, from the Higress plugin's header; empty for a new one. */
function conversationOf(headers: readonly string[]): string {
  return rawHeader(headers, 'conversationid');
}

class DifyReader implements VendorResponseReader {
  readonly #botType: BotType;
  readonly #outputVariable: string;
  /** A workflow may send its text in chunks, or only at its end. */
  #hasText = false;

  constructor(botType: BotType, outputVariable: string) {
    this.#botType = botType;
    this.#outputVariable = outputVariable;
  }

  readWhole(body: Json): readonly Piece[] {
    if (this.#botType === 'Workflow') return [this.#finished(objectIn(body, 'data'))];
    const text = textIn(body, 'answer');
    if (text === undefined) throw new TranslationError('Dify answered without an answer');
    return [{ text, ...this.#about(body), ...usageOf(body), isEnd: true }];
  }

  readFrame(_name: string, data: Json): Piece | undefined {
    switch (data['event']) {
      case 'message':
      case 'agent_message':
        return this.#textPiece(textIn(data, 'answer'), this.#about(data));
      case 'text_chunk':
        return this.#textPiece(textIn(objectIn(data, 'data'), 'text'), {});
      case 'message_end':
        return { ...this.#about(data), ...usageOf(data), isEnd: true };
      case 'workflow_finished':
        // A chat ends with `message_end`.
        return this.#botType === 'Workflow' ? this.#finished(objectIn(data, 'data')) : undefined;
      default:
        return undefined;
    }
  }

  #textPiece(text: string | undefined, about: Piece): Piece | undefined {
    if (text === undefined || text === '') return undefined;
    this.#hasText = true;
    return { ...about, text };
  }

  #finished(run: Json | undefined): Piece {
    const id = textIn(run, 'workflow_id');
    const about = { ...(id !== undefined && { id }), isEnd: true };
    if (this.#hasText) return about;
    const output = objectIn(run, 'outputs')?.[this.#outputVariable];
    if (output === undefined || output === null)
      throw new TranslationError(`the workflow has no output variable ${this.#outputVariable}`);
    return { ...about, text: typeof output === 'string' ? output : JSON.stringify(output) };
  }

  #about(data: Json): Piece {
    const id = textIn(data, this.#botType === 'Completion' ? 'message_id' : 'conversation_id');
    return id === undefined ? {} : { id };
  }
}

function usageOf(data: Json): Piece {
  const usage = usageIn(objectIn(objectIn(data, 'metadata'), 'usage'), USAGE);
  return usage === undefined ? {} : { usage };
}
