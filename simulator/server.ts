import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Behaviour, KeyScript, Script } from './behaviour.ts';
import { CONTROL_PATH, answerControl } from './control.ts';
import { playBehaviour } from './play-behaviour.ts';
import { contentOf, headOf, readBody, type Head } from './incoming.ts';
import { KeyRing } from './key-ring.ts';
import {
  RequestLog,
  type Ending,
  type KeyCounts,
  type LoggedRequest,
  type OpenRequest,
} from './request-log.ts';
import { seededRandom } from './random.ts';
import { ResponseWriter } from './response-writer.ts';
import { ObjectStore } from './surface/object-store.ts';
import type { ServiceName } from './request-target.ts';
import { untimely } from './signature-time.ts';
import { vendors } from './vendors.ts';
import { brokenRule } from './strict/strict.ts';
import type { Answer } from './answer.ts';
import type { Call } from './surface/call.ts';
import { openaiErrors } from './vendor-errors/openai.ts';
import type { Refusal, VendorErrors } from './vendor-errors/vendor-errors.ts';

/** Larger bodies are refused with 413. */
const BODY_LIMIT_BYTES = 128 * 1024 * 1024;

/** Longer than any gateway keeps an idle connection, so that it is never this side that closes one in use. */
const KEEP_ALIVE_MS = 10 * 60_000;

const DEFAULT_MODELS = ['gpt-5', 'gpt-5-nano', 'gpt-4o-mini', 'text-embedding-3-small'];

/** The server behind `startSimulator`: reads each request, asks the script, and has the behaviour played. */
export class SimulatorServer {
  readonly ring: KeyRing;
  log = new RequestLog();
  readonly #script: Script;
  readonly #strict: readonly ServiceName[];
  readonly #idPrefix: string;
  readonly #clockAheadMs: number;
  readonly #store = new ObjectStore();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => {
    void this.#serve(request, response);
  });
  #closed: Promise<void> | undefined;
  #served = 0;

  /**
   * @param strict - whose rules are kept
   * @param clockAheadMs - how far its clock is ahead of this machine's
   */
  constructor(script: Script, seed: number, strict: readonly ServiceName[], clockAheadMs: number) {
    const random = seededRandom(seed);
    this.#script = script;
    this.#strict = strict;
    this.#clockAheadMs = clockAheadMs;
    this.#idPrefix = `sim${Math.floor(random() * 2 ** 32).toString(16)}`;
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

  get requests(): readonly LoggedRequest[] {
    return this.log.requests;
  }

  get open(): number {
    return this.log.open;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  script(key: string, behaviours: readonly Behaviour[] | KeyScript): void {
    this.ring.set(key, 'behaviours' in behaviours ? behaviours : { behaviours });
  }

  reset(): void {
    this.ring.reset();
    this.#store.clear();
    // Requests under way are counted to their end in the old one.
    this.log = new RequestLog();
  }

  counts(key: string): KeyCounts {
    return this.log.counts(key);
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const head = headOf(request);
    if (head.path.startsWith(CONTROL_PATH)) return this.#serveControl(head, request, response);
    const organization = this.ring.organizationOf(head.key);
    const vendor = vendors[head.vendor];
    const id = this.#newId();
    const clockNow = Date.now() + this.#clockAheadMs;
    const writer = new ResponseWriter(response, (elapsedMs) => ({
      ...vendor.headers({ id, organization, elapsedMs }),
      date: new Date(clockNow).toUTCString(),
    }));
    const { log } = this;
    const logged = log.begin(head);
    response.once('close', () => {
      const status = response.headersSent ? response.statusCode : undefined;
      log.end(logged, status, this.#endingOf(writer, response));
    });

    const body = await readBody(request, BODY_LIMIT_BYTES);
    if (body === 'gone') return;
    const errors = vendor.errors(head);
    if (body === 'too-large') return refuseTooLarge(writer, errors);
    const content = contentOf(head, body);
    log.noteContent(logged, body, content.model);
    const refusal = untimely(head.headers, clockNow) ?? this.#refusalOf(head, errors);
    if (refusal !== undefined) return writer.refuse(refusal);

    const { key, operation } = head;
    const { model } = content;
    const now = performance.now();
    const next = this.ring.next(key, { operation, model }, now);
    const behaviour = next.behaviour ?? { kind: 'answer' };
    log.noteBehaviour(logged, behaviour.kind);
    const call = { ...head, ...content, organization, store: this.#store };
    return playBehaviour(behaviour, writer, {
      errors,
      key,
      organization,
      model,
      remainingMs: next.endsAt === undefined ? undefined : next.endsAt - now,
      prepare: (chunks) => this.#prepare({ ...call, chunks }, head, logged),
    });
  }

  /** The right answer to a call; where its vendor's rules are kept, the refusal of one that breaks one. */
  #prepare(call: Call, { vendor, service }: Head, logged: OpenRequest): Answer {
    const broken = this.#strict.includes(service) ? brokenRule(call, service) : undefined;
    if (broken === undefined) return vendors[vendor].answer(call, this.#script.models ?? DEFAULT_MODELS);
    this.log.noteBrokenRule(logged, broken.id);
    return broken.refusal;
  }

  /** What no behaviour has a say in: paths outside of the surface, and no credential at all where that matters. */
  #refusalOf({ key, method, path, steps }: Head, errors: VendorErrors): Refusal | undefined {
    if (steps.length === 0) return errors.unknownUrl(method, path);
    return key === '' && this.#script.knownKeysOnly === true ? errors.missingKey : undefined;
  }

  async #serveControl(head: Head, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const writer = new ResponseWriter(response, () => ({}));
    const body = await readBody(request, BODY_LIMIT_BYTES);
    if (body === 'gone') return;
    if (body === 'too-large') return refuseTooLarge(writer, openaiErrors);
    const result = answerControl(head.method, head.path, body, this);
    if (result.kind === 'refusal') writer.refuse(result);
    else writer.answer(200, { 'content-type': result.contentType }, result.body);
  }

  #endingOf(writer: ResponseWriter, response: ServerResponse): Exclude<Ending, 'open'> {
    if (response.writableFinished) return 'completed';
    return writer.brokeOff || this.#closed !== undefined ? 'broken' : 'aborted';
  }

  #newId(): string {
    this.#served += 1;
    return `${this.#idPrefix}${this.#served.toString(16).padStart(10, '0')}`;
  }
}

/** The rest of the body is not read: the connection ends with the answer. */
function refuseTooLarge(writer: ResponseWriter, errors: VendorErrors): void {
  const refusal = errors.tooLarge(BODY_LIMIT_BYTES);
  writer.refuse({ ...refusal, headers: { ...refusal.headers, connection: 'close' } });
}
