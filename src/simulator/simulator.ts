import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Behaviour, KeyScript, Script } from './behaviour.ts';
import { CONTROL_PATH, control } from './control.ts';
import { play } from './faults.ts';
import { KeyRing } from './key-ring.ts';
import type { KeyCounts, OpenRequest, SeenRequest } from './ledger.ts';
import { BODY_BYTES_KEPT, Ledger } from './ledger.ts';
import { missingKey, tooLarge, unknownUrl } from './openai-errors.ts';
import { seededRandom } from './random.ts';
import { readBody } from './request-body.ts';
import { Stage } from './stage.ts';
import { decoded, parseObject, stringOf } from './surface/call.ts';
import { parseForm } from './surface/multipart.ts';
import { Shelf } from './surface/shelf.ts';
import { answer, operationOf } from './surface/surface.ts';

/** Larger bodies are refused with 413. */
export const BODY_LIMIT_BYTES = 128 * 1024 * 1024;

/** Longer than any gateway keeps an idle connection, so that it is never this side that closes one in use. */
const KEEP_ALIVE_MS = 10 * 60_000;

const DEFAULT_MODELS = ['gpt-5', 'gpt-5-nano', 'gpt-4o-mini', 'text-embedding-3-small'];

export interface SimulatorOptions {
  /** Default 127.0.0.1. Its control path is open to whoever can reach it. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default: every key answers. */
  readonly script?: Script;
  /** Of the chances behaviours have, and of request ids. Default 1. */
  readonly seed?: number;
}

/** A running simulator. */
export interface Simulator {
  /** The base URL for clients: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  readonly port: number;
  /** Gives a key a new script, which starts at once. Requests under way are not touched. */
  script(key: string, behaviours: readonly Behaviour[] | KeyScript): void;
  /** Scripts back to what they were at first and to their beginning; counts, requests and files forgotten. */
  reset(): void;
  /** The newest requests, oldest first; at most `REQUESTS_KEPT`. The control path is not among them. */
  readonly requests: readonly SeenRequest[];
  /** Exact numbers of a key. */
  counts(key: string): KeyCounts;
  /** Requests that are not over. */
  readonly open: number;
  /** Connections that are open, idle ones too. */
  readonly connections: number;
  /** Stops at once: hanging requests are cut off. */
  close(): Promise<void>;
}

/**
 * Starts a provider that fails on command.
 * @throws the listener's error, such as EADDRINUSE
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0, script = { keys: {} }, seed = 1 } = options;
  const simulator = new SimulatorServer(script, seed);
  await simulator.listen(host, port);
  return simulator;
}

class SimulatorServer implements Simulator {
  readonly ring: KeyRing;
  ledger = new Ledger();
  readonly #script: Script;
  readonly #idPrefix: string;
  readonly #shelf = new Shelf();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => {
    void this.#serve(request, response);
  });
  #closing = false;
  #served = 0;

  constructor(script: Script, seed: number) {
    const random = seededRandom(seed);
    this.#script = script;
    this.#idPrefix = `req_sim${Math.floor(random() * 2 ** 32).toString(16)}`;
    this.ring = new KeyRing(script, random);
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  async listen(host: string, port: number): Promise<void> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
  }

  get #address(): AddressInfo {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the simulator is not listening');
    return address;
  }

  get port(): number {
    return this.#address.port;
  }

  get url(): string {
    const { address, family, port } = this.#address;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/v1`;
  }

  get requests(): readonly SeenRequest[] {
    return this.ledger.requests;
  }

  get open(): number {
    return this.ledger.open;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  script(key: string, behaviours: readonly Behaviour[] | KeyScript): void {
    this.ring.set(key, 'behaviours' in behaviours ? behaviours : { behaviours });
  }

  reset(): void {
    this.ring.reset();
    this.#shelf.clear();
    // Requests under way are counted to their end in the old one.
    this.ledger = new Ledger();
  }

  counts(key: string): KeyCounts {
    return this.ledger.counts(key);
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path.startsWith(CONTROL_PATH)) return this.#serveControl(path, request, response);
    const key = credentialOf(request.headers);
    const steps = path.startsWith('/v1/') ? path.slice('/v1/'.length).split('/').map(decoded) : [];
    const operation = operationOf(steps);
    const organization = this.ring.organizationOf(key);
    const stage = new Stage(response, this.#headers(organization));
    const { ledger } = this;
    const method = request.method ?? 'GET';
    const seen = ledger.begin({ key, method, path: request.url ?? '/', headers: request.headers, operation });
    response.once('close', () => {
      seen.status = response.headersSent ? response.statusCode : undefined;
      ledger.end(seen, this.#endingOf(stage, response));
    });

    const body = await readBody(request, BODY_LIMIT_BYTES);
    if (body === 'gone') return;
    if (body === 'too-large') return refuseTooLarge(stage);
    const json = parseObject(body);
    const form = parseForm(request.headers['content-type'] ?? '', body);
    const model = modelOf(steps) ?? stringOf(json?.['model']) ?? form?.fields.get('model');
    note(seen, body, model);
    if (steps.length === 0) {
      const { status, error } = unknownUrl(method, path);
      return stage.refuse(status, error);
    }
    if (key === '' && this.#script.strict === true) return stage.refuse(missingKey.status, missingKey.error);

    const now = performance.now();
    const turn = this.ring.take(key, { operation, model }, now);
    const behaviour = turn.behaviour ?? { kind: 'answer' };
    ledger.meet(seen, behaviour.kind);
    const call = { key, organization, operation, method, path: steps, json, form, model, shelf: this.#shelf };
    return play(behaviour, stage, {
      key,
      organization,
      model,
      leftMs: turn.endsAt === undefined ? undefined : turn.endsAt - now,
      prepare: (chunks) => answer({ ...call, chunks }, this.#script.models ?? DEFAULT_MODELS),
    });
  }

  async #serveControl(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const stage = new Stage(response, {});
    const body = await readBody(request, BODY_LIMIT_BYTES);
    if (body === 'gone') return;
    if (body === 'too-large') return refuseTooLarge(stage);
    const result = control(request.method ?? 'GET', path, body, this);
    if (result.kind === 'refusal') stage.refuse(result.status, result.error);
    if (result.kind === 'plain') stage.answer(200, { 'content-type': result.contentType }, result.body);
  }

  #endingOf(stage: Stage, response: ServerResponse): 'completed' | 'broken' | 'aborted' {
    if (response.writableFinished) return 'completed';
    return stage.brokeOff || this.#closing ? 'broken' : 'aborted';
  }

  /** What every answer carries, as OpenAI's do. */
  #headers(organization: string): Readonly<Record<string, string>> {
    this.#served += 1;
    return {
      'x-request-id': `${this.#idPrefix}${this.#served.toString(16).padStart(10, '0')}`,
      'openai-organization': organization,
      'openai-version': '2020-10-01',
      'x-ratelimit-limit-requests': '10000',
      'x-ratelimit-remaining-requests': '9999',
      'x-ratelimit-reset-requests': '6ms',
      'x-ratelimit-limit-tokens': '2000000',
      'x-ratelimit-remaining-tokens': '1999900',
      'x-ratelimit-reset-tokens': '3ms',
    };
  }
}

/** The rest of the body is not read: the connection ends with the answer. */
function refuseTooLarge(stage: Stage): void {
  const { status, error } = tooLarge(BODY_LIMIT_BYTES);
  stage.refuse(status, error, { connection: 'close' });
}

/** The credential a request came with; empty where it has none. */
function credentialOf(headers: IncomingHttpHeaders): string {
  const bearer = /^Bearer +(\S+)$/iu.exec(headers.authorization ?? '')?.[1];
  return bearer ?? stringOf(headers['x-api-key']) ?? stringOf(headers['api-key']) ?? '';
}

function modelOf(path: readonly string[]): string | undefined {
  return path[0] === 'models' && path.length > 1 ? path.slice(1).join('/') : undefined;
}

function note(seen: OpenRequest, body: Buffer, model: string | undefined): void {
  seen.bodyBytes = body.length;
  seen.body = body.toString('utf8', 0, BODY_BYTES_KEPT);
  seen.model = model;
}
