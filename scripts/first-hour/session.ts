import { spawn } from 'node:child_process';
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';

/** One thing that a newcomer does, and what must come of it. */
export type Step =
  | { readonly chapter: string }
  /** A file is written, with an editor. */
  | { readonly write: string; readonly text: string }
  /** A command is run to its end. */
  | {
      readonly run: string;
      /** The exit code; 0 where absent. */
      readonly exit?: number;
      readonly says: readonly Expected[];
    }
  /** A program is started and left to run, in another terminal, where it must say all of this. */
  | { readonly start: string; readonly says: readonly Expected[]; readonly onTerminal?: boolean }
  /** What the program that was started last says meanwhile. */
  | { readonly told: readonly Expected[] }
  /** Ctrl-C to the program that was started last, which must end well. */
  | { readonly stop: true };

/** What must be said, or `not` be said. */
export type Expected = RegExp | { readonly not: RegExp };

interface Started {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<unknown>;
  readonly onTerminal: boolean;
  /** As it came, with what tells a terminal colours. */
  output: string;
}

/** How long one command may take, and one thing be waited for; many times what either takes. Milliseconds. */
const LIMIT_MS = 60_000;

/** What a terminal sends when the key is pressed. */
const CTRL_C = '\u0003';

/** Types what steps say in a folder, and prints what comes back and whether it was expected. */
export class Session {
  /** How many commands were typed. */
  commands = 0;
  /** How many expectations were looked at, and how many of them did not hold. */
  checks = 0;
  failed = 0;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #started: Started[] = [];

  /** @param signal - ends what runs */
  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
  }

  async play(step: Step): Promise<void> {
    this.#signal.throwIfAborted();
    if ('chapter' in step) print(`\n## ${step.chapter}\n`);
    else if ('write' in step) this.#write(step.write, step.text);
    else if ('run' in step) await this.#run(step);
    else if ('start' in step) await this.#start(step);
    else if ('told' in step) await this.#told(step.told);
    else await this.#stop();
  }

  /** Ends what still runs. */
  async end(): Promise<void> {
    for (const { child, ended } of this.#started.splice(0)) {
      kill(child, 'SIGKILL');
      await ended;
    }
  }

  #write(name: string, text: string): void {
    print(`\n# ${name}\n${indented(text)}`);
    writeFileSync(join(this.#folder, name), text);
  }

  async #run({ run, exit = 0, says }: Extract<Step, { run: string }>): Promise<void> {
    print(`\n$ ${run}\n`);
    const { code, output } = await this.#finish(run);
    print(indented(output));
    this.#check(code === exit, `exit code ${exit}${code === exit ? '' : `, not ${code}`}`);
    for (const expected of says) this.#expect(output, expected);
  }

  async #finish(command: string): Promise<{ readonly code: number | null; readonly output: string }> {
    this.commands++;
    const started = this.#spawn(command);
    const timer = setTimeout(() => kill(started.child, 'SIGKILL'), LIMIT_MS);
    await started.ended;
    clearTimeout(timer);
    return { code: started.child.exitCode, output: plain(started.output) };
  }

  async #start({ start, says, onTerminal = false }: Extract<Step, { start: string }>): Promise<void> {
    print(`\n$ ${start}${onTerminal ? '     (on a terminal)' : ''}\n`);
    this.commands++;
    const typed = onTerminal ? `exec script -qefc ${quoted(start)} /dev/null` : `exec ${start}`;
    const started = this.#spawn(typed, onTerminal);
    this.#started.push(started);
    await this.#told(says);
  }

  async #told(says: readonly Expected[]): Promise<void> {
    const started = this.#started.at(-1);
    if (started === undefined) throw new Error('nothing was started');
    const until = performance.now() + LIMIT_MS;
    while (
      !says.every((expected) => holds(plain(started.output), expected)) &&
      started.child.exitCode === null &&
      performance.now() < until
    )
      await delay(50, undefined, { signal: this.#signal });
    print(indented(plain(started.output)));
    for (const expected of says) this.#expect(plain(started.output), expected);
    started.output = '';
  }

  async #stop(): Promise<void> {
    const started = this.#started.pop();
    if (started === undefined) throw new Error('nothing was started');
    print('\n^C\n');
    // A terminal makes the signal of the key; without one it is the signal itself.
    if (started.onTerminal) started.child.stdin.write(CTRL_C);
    else kill(started.child, 'SIGINT');
    const timer = setTimeout(() => kill(started.child, 'SIGKILL'), LIMIT_MS);
    await started.ended;
    clearTimeout(timer);
    print(indented(plain(started.output)));
    this.#expect(plain(started.output), /stopped/);
  }

  /** A command in a group of its own, with what it says on either channel. */
  #spawn(command: string, onTerminal = false): Started {
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      LANG: 'C.UTF-8',
      NO_UPDATE_NOTIFIER: '1',
    };
    const child = spawn('sh', ['-c', command], {
      cwd: this.#folder,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    if (!onTerminal) child.stdin.end();
    const started: Started = { child, ended: once(child, 'close'), onTerminal, output: '' };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        started.output += text;
      });
    return started;
  }

  #expect(output: string, expected: Expected): void {
    const [what, pattern] = 'not' in expected ? ['no ', expected.not] : ['', expected];
    this.#check(holds(output, expected), `${what}${pattern.source}`);
  }

  #check(isSo: boolean, what: string): void {
    this.checks++;
    if (!isSo) this.failed++;
    print(`    ${isSo ? '✓' : '✗ NOT SO:'} ${what}\n`);
  }
}

function holds(output: string, expected: Expected): boolean {
  return 'not' in expected ? !expected.not.test(output) : expected.test(output);
}

/** Signals a program and all that it started. */
function kill({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, signal);
}

function plain(output: string): string {
  return stripVTControlCharacters(output).replaceAll('\r', '');
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .concat('')
    .join('\n');
}

/** For a shell, as one word. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function print(text: string): void {
  process.stdout.write(text);
}
