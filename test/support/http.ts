import { request, type Agent, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';

/** What a plain HTTP client got back. */
export interface HttpAnswer {
  /** Undefined where no answer began. */
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Name, value, name, value, as received. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly text: string;
  /** The body as JSON. */
  readonly json: () => unknown;
  /** The code of an error of the gateway's own, or of a provider's. */
  readonly code: string | undefined;
  /** Whether the answer ended as HTTP says an answer ends. */
  readonly whole: boolean;
  /** The code of the connection's error, where it had one. */
  readonly error: string | undefined;
}

export interface AskOptions {
  readonly method?: string;
  readonly path?: string;
  /** Of POST, PUT and PATCH. Bytes and streams are sent as they are (a stream without a length: in chunks), the rest as JSON. */
  readonly body?: unknown;
  /** Over `content-type: application/json`. A list repeats the header. Undefined leaves it out. */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  /** Ends the connection at once. */
  readonly signal?: AbortSignal;
  /** Whose connections to use; by default one of its own. */
  readonly agent?: Agent;
  /** Called when the answer's head has come, and with each piece of its body. */
  readonly onProgress?: (soFar: string) => void;
}

/** Asks over a connection of its own, unless there is an agent, and returns what came back, whole or not. Never rejects. */
export function ask(base: string, options: AskOptions = {}): Promise<HttpAnswer> {
  const { method = 'POST', path = '/v1/chat/completions', body = chat('hello') } = options;
  const hasBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
  const { hostname, port } = new URL(base);
  return new Promise((resolve) => {
    let answered = false;
    const outgoing = request(
      {
        hostname,
        port,
        // As it is: a URL would resolve the dots in it.
        path,
        method,
        agent: options.agent ?? false,
        headers: definedOnly({
          ...(hasBody && { 'content-type': 'application/json' }),
          ...options.headers,
        }),
        ...(options.signal !== undefined && { signal: options.signal }),
      },
      (response) => {
        answered = true;
        const pieces: Buffer[] = [];
        let error: string | undefined;
        options.onProgress?.('');
        response.on('data', (piece: Buffer) => {
          pieces.push(piece);
          options.onProgress?.(Buffer.concat(pieces).toString());
        });
        response.on('error', (cause: NodeJS.ErrnoException) => {
          error = cause.code;
        });
        response.on('close', () => {
          const { statusCode, headers, rawHeaders, complete } = response;
          resolve(httpAnswer(statusCode, headers, rawHeaders, Buffer.concat(pieces), complete, error));
        });
      },
    );
    outgoing.on('error', (cause: NodeJS.ErrnoException) => {
      if (!answered) resolve(httpAnswer(undefined, {}, [], Buffer.alloc(0), false, cause.code));
    });
    if (!hasBody) outgoing.end();
    else if (body instanceof Readable) body.pipe(outgoing);
    else outgoing.end(Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body));
  });
}

/** So often a test asks for one thing. What the processes log of it stays in memory. */
export const MAX_REQUESTS = 5_000;

/** Asks until an answer fits. Fails after `MAX_ASKED` that did not. */
export async function askUntil(
  asks: () => Promise<HttpAnswer>,
  fits: (httpAnswer: HttpAnswer) => boolean,
): Promise<HttpAnswer> {
  for (let asked = 0; asked < MAX_REQUESTS; asked++) {
    const answer = await asks();
    if (fits(answer)) return answer;
  }
  throw new Error(`none of ${MAX_REQUESTS} answers fits`);
}

/** The body of a chat request. */
export function chat(content: string, more: object = {}): object {
  return { model: 'gpt-5', messages: [{ role: 'user', content }], ...more };
}

/** The body of a chat request that asks for a stream. */
export function streamedChat(content: string, more: object = {}): object {
  return chat(content, { stream: true, ...more });
}

/** The data of each event of a stream. */
export function dataOf(body: string): string[] {
  return body
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => event.slice(event.indexOf('data: ') + 'data: '.length));
}

/** A connection on which a test writes and reads bytes as it likes. */
export interface RawConnection {
  readonly socket: Socket;
  /** Everything received so far, one character a byte. */
  readonly received: () => string;
  /** Resolves when what was received matches. */
  readonly receive: (pattern: RegExp) => Promise<string>;
  /** Resolves with everything received when the other side has ended or broken the connection. */
  readonly closed: Promise<string>;
  readonly write: (bytes: string | Buffer) => void;
  /** Says that nothing more will be sent, and goes on reading. */
  readonly end: (bytes?: string | Buffer) => void;
}

/** Connects to a port of this machine. */
export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const watchers = new Set<() => void>();
  let text = '';
  socket.on('data', (piece: Buffer) => {
    text += piece.toString('latin1');
    for (const look of watchers) look();
  });
  const closed = new Promise<string>((resolve) => {
    socket.on('end', () => socket.end());
    // A reset is one way for a connection to end.
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  await new Promise((resolve) => {
    socket.once('connect', resolve);
  });
  return {
    socket,
    received: () => text,
    receive: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(text)) return;
          watchers.delete(look);
          resolve(text);
        };
        watchers.add(look);
        look();
        void closed.then(() => reject(new Error(`closed without ${String(pattern)}: ${text}`)));
      }),
    closed,
    write: (bytes) => void socket.write(bytes, 'latin1'),
    end: (bytes = '') => void socket.end(bytes, 'latin1'),
  };
}

/** A whole HTTP/1.1 request as bytes. */
export function rawRequest(head: readonly string[], body = ''): string {
  return `${[...head, 'host: test', `content-length: ${Buffer.byteLength(body)}`].join('\r\n')}\r\n\r\n${body}`;
}

function httpAnswer(
  status: number | undefined,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
  body: Buffer,
  whole: boolean,
  error: string | undefined,
): HttpAnswer {
  const text = body.toString();
  return {
    status,
    headers,
    rawHeaders,
    body,
    text,
    json: () => JSON.parse(text) as unknown,
    code: /"code":\s*"([^"]+)"/.exec(text)?.[1],
    whole,
    error,
  };
}

function definedOnly(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | string[]> {
  const defined: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) defined[name] = value;
  }
  return defined;
}
