import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { ANSWER, CUT_AFTER, DOWN, FAULTS, MALFORMED_AFTER, STALL_AFTER } from './faults.ts';
import type { ErrorAnswer, Fault, Times } from './faults.ts';

/** A chat that reached the provider. */
export interface ReceivedRequest {
  /** Milliseconds since the scenario began. */
  readonly atMs: number;
  /** The credential it came with. */
  readonly key: string;
  readonly model: string;
  /** Whether an answer began, be it one that breaks off. */
  answered: boolean;
  /** It ended with a message of the assistant's, and was refused for that. */
  prefillRefused: boolean;
}

const chat = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  stream_options: z.looseObject({ include_usage: z.boolean() }).optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.string() })).min(1),
});
type Chat = z.infer<typeof chat>;

/** More requests than any scenario makes; further ones are not answered. */
const MAX_ASKED = 10_000;
const USAGE = { prompt_tokens: 21, completion_tokens: 60, total_tokens: 81 };

/** A provider that speaks OpenAI's chats, and does with each model what its name says. */
export class FaultyProvider implements AsyncDisposable {
  readonly received: ReceivedRequest[] = [];
  /** Requests that OpenAI would not have understood. There must be none. */
  readonly notUnderstood: string[] = [];
  readonly #keys: ReadonlySet<string>;
  readonly #times: Times;
  readonly #server: Server;
  readonly #counts = new Map<string, number>();
  readonly #closing = new AbortController();
  #begunAt = performance.now();

  private constructor(keys: readonly string[], times: Times) {
    this.#keys = new Set(keys);
    this.#times = times;
    this.#server = createServer((request, response) => {
      // A connection that the other side breaks off is one way for a request to end.
      response.on('error', () => {});
      this.#answer(request, response).catch((error: unknown) => {
        if (!this.#closing.signal.aborted && !response.destroyed) this.notUnderstood.push(String(error));
        response.destroy();
      });
    });
  }

  /** @param keys - those that are let in */
  static async start(keys: readonly string[], times: Times): Promise<FaultyProvider> {
    const provider = new FaultyProvider(keys, times);
    await new Promise<void>((resolve) => {
      provider.#server.listen(0, '127.0.0.1', resolve);
    });
    return provider;
  }

  get baseUrl(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1`;
  }

  /** A scenario begins: nothing was asked yet. */
  begin(): void {
    this.received.length = 0;
    this.#counts.clear();
    this.#begunAt = performance.now();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    const closed = new Promise((resolve) => {
      this.#server.close(resolve);
    });
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '', headers } = request;
    const body = await buffer(request);
    if (!this.#keys.has(headers.authorization?.replace(/^Bearer /, '') ?? '')) {
      this.notUnderstood.push(`${method} ${url} without a key of the provider's`);
      const message = 'Incorrect API key provided.';
      refuse(response, { status: 401, type: 'invalid_request_error', code: 'invalid_api_key', message });
    } else if (method === 'GET' && url === '/v1/models') {
      const data = Object.keys(FAULTS).map((id) => ({ id, object: 'model', created: 1, owned_by: 'nobody' }));
      json(response, 200, { object: 'list', data });
    } else if (method === 'POST' && url === '/v1/chat/completions') {
      await this.#chat(request, response, chat.parse(JSON.parse(body.toString())));
    } else {
      this.notUnderstood.push(`${method} ${url}`);
      const message = `There is no ${method} ${url}.`;
      refuse(response, { status: 404, type: 'invalid_request_error', code: null, message });
    }
  }

  async #chat({ headers, socket }: IncomingMessage, response: ServerResponse, asks: Chat): Promise<void> {
    if (headers['content-type']?.startsWith('application/json') !== true) {
      this.notUnderstood.push(`a chat of type ${headers['content-type']}`);
    }
    const fault = FAULTS[asks.model];
    if (fault === undefined || this.received.length >= MAX_ASKED) {
      this.notUnderstood.push(`a chat with ${asks.model}`);
      return refuse(response, {
        status: 404,
        type: 'invalid_request_error',
        code: 'model_not_found',
        message: asks.model,
      });
    }
    const atMs = performance.now() - this.#begunAt;
    const key = headers.authorization ?? '';
    const received: ReceivedRequest = {
      atMs,
      key,
      model: asks.model,
      answered: false,
      prefillRefused: false,
    };
    this.received.push(received);
    const number = (this.#counts.get(asks.model) ?? 0) + 1;
    this.#counts.set(asks.model, number);

    const refusal = this.#refusal(fault, number, asks, atMs);
    if (refusal !== undefined) {
      received.prefillRefused = fault.kind === 'no-prefill';
      return refuse(response, refusal);
    }
    if (fault.kind === 'reset' && number === 1) return void socket.resetAndDestroy();
    if (fault.kind === 'silence') {
      await this.#pause(this.#times.silenceMs);
      return void socket.destroy();
    }
    received.answered = true;
    if (asks.stream) return this.#stream(response, asks, fault);
    json(response, 200, {
      ...envelope(asks.model, 'chat.completion'),
      choices: [{ index: 0, message: { role: 'assistant', content: ANSWER }, finish_reason: 'stop' }],
      usage: USAGE,
    });
  }

  #refusal(fault: Fault, number: number, { messages }: Chat, atMs: number): ErrorAnswer | undefined {
    switch (fault.kind) {
      case 'status':
        return fault.once === true && number > 1 ? undefined : fault.error;
      case 'down':
        return atMs < this.#times.downMs ? DOWN : undefined;
      case 'no-prefill': {
        const message = 'The conversation must end with a message of the user.';
        const error = { status: 400, type: 'invalid_request_error', code: 'invalid_prefill', message };
        return messages.at(-1)?.role === 'assistant' ? error : undefined;
      }
      default:
        return undefined;
    }
  }

  async #stream(response: ServerResponse, asks: Chat, { kind }: Fault): Promise<void> {
    const say = (part: object): void =>
      void response.write(
        `data: ${JSON.stringify({ ...envelope(asks.model, 'chat.completion.chunk'), ...part })}\n\n`,
      );
    const sayDelta = (delta: object, finish: string | null = null): void =>
      say({ choices: [{ index: 0, delta, finish_reason: finish }] });

    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
    });
    response.flushHeaders();
    if (kind === 'slow-first-word') await this.#pause(this.#times.firstWordMs);
    sayDelta({ role: 'assistant', content: '' });
    for (const [index, word] of ANSWER.split(' ').entries()) {
      // The end of the connection without the last chunk of the body.
      if (kind === 'cut' && index === CUT_AFTER) return void response.socket?.end();
      if (kind === 'stall' && index === STALL_AFTER) {
        await this.#pause(this.#times.stallMs);
        return void response.socket?.end();
      }
      if (kind === 'malformed-chunk' && index === MALFORMED_AFTER) {
        response.write(
          'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"delta":{"content": \n\n',
        );
      }
      sayDelta({ content: index === 0 ? word : ` ${word}` });
      await this.#pause(this.#times.betweenWordsMs);
    }
    sayDelta({}, 'stop');
    if (asks.stream_options?.include_usage === true) say({ choices: [], usage: USAGE });
    if (kind !== 'no-done') response.write('data: [DONE]\n\n');
    response.end();
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closing.signal });
  }
}

function envelope(model: string, object: string): object {
  return { id: 'chatcmpl-1', object, created: 1_700_000_000, model };
}

function refuse(response: ServerResponse, { status, headers, message, type, code }: ErrorAnswer): void {
  json(response, status, { error: { message, type, param: null, code } }, headers);
}

function json(
  response: ServerResponse,
  status: number,
  body: object,
  headers: ErrorAnswer['headers'] = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
