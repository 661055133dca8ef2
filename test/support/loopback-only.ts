import { ChildProcess } from 'node:child_process';
import { Socket as DatagramSocket } from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';

/**
 * Keeps tests from reaching beyond this machine: loaded by `--require` before anything else, it refuses every
 * connection, datagram and question to a name server that is not for loopback, and notes who tried.
 *
 * Processes and threads that tests start load it too, whatever environment they are given (`--import` would
 * leave out threads that are given their program as text). Where something swallowed the refusal, the notes fail
 * the test all the same: behind each test its file reads what was tried meanwhile, here or in a process of the
 * test. What is tried outside of tests fails the process that was started first. Programs that are not Node, such as
 * the package manager that installs Redis, are not kept from anything.
 */

/** Names the file for notes, in the processes that a guarded one starts. */
const NOTES_VARIABLE = 'LOOPBACK_ONLY_NOTES';
/** How they stand in an environment. */
const [NOTES, NODE_OPTIONS] = [`${NOTES_VARIABLE}=`, 'NODE_OPTIONS='];
/** What a refused try fails with. */
const REFUSED = 'ERR_NOT_LOOPBACK';

const inherited = process.env[NOTES_VARIABLE];
/** The runner starts the processes of test files itself; what these start has another parent. */
const isTestFile =
  isMainThread &&
  process.env['NODE_TEST_CONTEXT'] !== undefined &&
  inherited?.includes(`loopback-only-runner-${process.ppid}-`) === true;
const isFirst = isMainThread && (inherited === undefined || isTestFile);
const notes =
  isFirst || inherited === undefined
    ? join(tmpdir(), `loopback-only-${isTestFile ? 'file' : 'runner'}-${process.pid}-${Date.now()}.txt`)
    : inherited;
process.env[NOTES_VARIABLE] = notes;

guardConnections();
guardNames();
guardDatagrams();
guardChildren();
syncBuiltinESMExports();
if (isTestFile) process.getBuiltinModule('node:test').afterEach(failTestWhereNoted);
if (isFirst) process.on('exit', failWhereNoted);

/** TCP, TLS and all that is built on them: node:http, undici, fetch, WebSockets, Redis. */
function guardConnections(): void {
  replace(Socket.prototype, 'connect', (connect) => {
    return function guarded(this: Socket, ...args: readonly unknown[]): unknown {
      const host = hostOf(args);
      if (isLoopback(host)) return Reflect.apply(connect, this, args);
      const error = refuse(`a connection to ${host}`);
      process.nextTick(() => this.destroy(error));
      return this;
    };
  });
}

/** Lookups for a connection as well, whose host then has passed already. */
function guardNames(): void {
  for (const asker of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
    for (const name of Object.getOwnPropertyNames(asker)) {
      if (/^(?:lookup|resolve|reverse)/.test(name)) replace(asker, name, (ask) => guardedQuestion(name, ask));
    }
  }
}

function guardedQuestion(name: string, ask: Method): Method {
  const guarded = function guarded(this: unknown, ...args: readonly unknown[]): unknown {
    const [host] = args;
    if (typeof host !== 'string' || isLoopback(host)) return Reflect.apply(ask, this, args);
    const error = refuse(`${name} of ${host}`);
    const callback = args.at(-1);
    if (typeof callback !== 'function') return Promise.reject(error);
    process.nextTick(() => void Reflect.apply(callback, undefined, [error]));
    return undefined;
  };
  // `promisify` asks the function itself what its promise resolves with.
  return Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(ask));
}

function guardDatagrams(): void {
  for (const name of ['connect', 'send']) {
    replace(DatagramSocket.prototype, name, (reach) => {
      return function guarded(this: unknown, ...args: readonly unknown[]): unknown {
        // The first may be a message; of the others the address alone is text.
        const address = args.slice(1).find((each) => typeof each === 'string');
        if (!isLoopback(address)) throw refuse(`a datagram (${name}) to ${address}`);
        return Reflect.apply(reach, this, args);
      };
    });
  }
}

/** Has every Node process that is started from here load this file, though it be given an environment of its own. */
function guardChildren(): void {
  replace(ChildProcess.prototype, 'spawn', (spawn) => {
    return function guarded(this: unknown, options: SpawnOptions): unknown {
      return Reflect.apply(spawn, this, [{ ...options, envPairs: withGuard(options.envPairs) }]);
    };
  });
}

function withGuard(pairs: readonly string[] = []): readonly string[] {
  const given = pairs.find((pair) => pair.startsWith(NODE_OPTIONS)) ?? NODE_OPTIONS;
  const loading = `--require=${JSON.stringify(import.meta.filename)}`;
  return [
    ...pairs.filter((pair) => !pair.startsWith(NODE_OPTIONS) && !pair.startsWith(NOTES)),
    given.includes(loading) ? given : `${given} ${loading}`,
    `${NOTES}${notes}`,
  ];
}

type Method = (this: never, ...args: never) => unknown;

/** Puts another function in the place of one that has to be there. */
function replace(owner: object, name: string, guard: (original: Method) => Method): void {
  const original: unknown = Reflect.get(owner, name);
  if (!isMethod(original)) throw new TypeError(`there is no ${name} to guard`);
  Reflect.set(owner, name, guard(original));
}

function isMethod(value: unknown): value is Method {
  return typeof value === 'function';
}

/** As far as it matters here. */
interface SpawnOptions {
  /** `NAME=value`; always there where a process is started by Node's own functions. */
  readonly envPairs?: readonly string[];
}

/** Of a call to `connect`; undefined for a path, and where loopback is meant by leaving the host out. */
function hostOf(args: readonly unknown[]): string | undefined {
  // net.connect() hands its arguments over as one list.
  const [first, second] = Array.isArray(args[0]) ? (args[0] as readonly unknown[]) : args;
  if (typeof first !== 'object' || first === null) return typeof second === 'string' ? second : undefined;
  const { host, path } = first as { readonly host?: unknown; readonly path?: unknown };
  return typeof host === 'string' && typeof path !== 'string' ? host : undefined;
}

/** Whether it is this machine, by name or by number. Undefined and the empty name mean it where they are allowed. */
function isLoopback(host: string | undefined): boolean {
  return (
    host === undefined || /^(?:|(?:.+\.)?localhost\.?|(?:::ffff:)?127(?:\.\d+){3}|\[?::1\]?)$/i.test(host)
  );
}

/** Notes that somebody tried, and returns what the try fails with. */
function refuse(what: string): Error {
  const error = Object.assign(new Error(`${what} is refused: tests reach loopback alone`), { code: REFUSED });
  const where = `process ${process.pid}, thread ${threadId}: ${process.argv.slice(1).join(' ')}`;
  const note = `\n${where}\n${error.stack ?? error.message}\n`;
  appendFileSync(notes, note);
  process.stderr.write(note);
  return error;
}

/** @throws Error with what was tried since the test before */
function failTestWhereNoted(): void {
  const tried = takeNotes();
  if (tried !== undefined) throw new Error(`a test reached beyond loopback:\n${tried}`);
}

function failWhereNoted(): void {
  const tried = takeNotes();
  if (tried === undefined) return;
  process.stderr.write(`\nTests reached beyond loopback:\n${tried}`);
  process.exitCode = 1;
}

function takeNotes(): string | undefined {
  if (!existsSync(notes)) return undefined;
  const tried = readFileSync(notes, 'utf8');
  rmSync(notes);
  return tried;
}
