import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RequestLine } from '../../support/gateway.ts';
import type { Assistant, PlanStep, Setup, Steps } from './assistant.ts';
import { runProgram } from './run-program.ts';
import type { Stand } from './stand.ts';

/** One run may take so long. Milliseconds. */
const TURN_LIMIT = 120_000;

/** Refuses every connection, and is on this machine. */
const NOWHERE = 'http://127.0.0.1:9';

/** Whatever does not go to the gateway goes nowhere. */
const GUARD = {
  http_proxy: NOWHERE,
  https_proxy: NOWHERE,
  HTTP_PROXY: NOWHERE,
  HTTPS_PROXY: NOWHERE,
  no_proxy: '127.0.0.1,localhost',
  NO_PROXY: '127.0.0.1,localhost',
};

/** What an assistant is asked in one run. */
export interface Question {
  /** 0 or 1: which of its models. */
  readonly model: number;
  readonly goesOn: boolean;
  readonly words: string;
  readonly plan: readonly PlanStep[];
}

/** Where one assistant works: a home, a folder with files, and a gateway. */
export class Desk {
  /** Of the files that it works at. */
  readonly folder: string;
  readonly #home: string;
  readonly #assistant: Assistant;
  readonly #installed: string;
  readonly #stand: Stand;
  #setup: Setup;
  readonly #said: string[] = [];

  /** @param folder an empty one. @param installed where packages are */
  constructor(folder: string, assistant: Assistant, installed: string, stand: Stand) {
    this.folder = join(folder, 'work');
    this.#home = join(folder, 'home');
    this.#assistant = assistant;
    this.#installed = installed;
    this.#stand = stand;
    this.#setup = assistant.setup(stand.access);
  }

  /** All that it has said in the last run. */
  get lastSaid(): string {
    return this.#said.at(-1) ?? '';
  }

  /** All that it has said. */
  get allSaid(): string {
    return this.#said.join('\n\n=====\n\n');
  }

  /** What the gateway has been asked, as far as it is logged. */
  get requests(): readonly RequestLine[] {
    return this.#stand.requests;
  }

  stepsOf(model: number): Steps {
    return this.#assistant.steps(this.#assistant.models[model === 0 ? 0 : 1]);
  }

  /** From here on it finds conversations long that are not. */
  setUpCompaction(): void {
    const more = this.#assistant.compaction.setup(this.#stand.access);
    this.#setup = {
      env: { ...this.#setup.env, ...more.env },
      files: { ...this.#setup.files, ...more.files },
    };
  }

  /** Has it summarise its conversation, where that takes a turn of its own. @returns what is wrong */
  async compact(): Promise<readonly string[]> {
    const { command } = this.#assistant.compaction;
    return command === undefined ? [] : this.#run(command, 0, true);
  }

  /** Asks it something. @returns what is wrong */
  turn({ model, goesOn, words, plan }: Question): Promise<string[]> {
    return this.#run(`${words} plan: ${JSON.stringify(plan)}`, model, goesOn);
  }

  async #run(prompt: string, model: number, goesOn: boolean): Promise<string[]> {
    const { commandLine, models, program, quiet } = this.#assistant;
    for (const [path, text] of Object.entries(this.#setup.files)) {
      const file = join(this.#home, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    const { args, input } = commandLine({ prompt, model: models[model === 0 ? 0 : 1], goesOn });
    const { code, said, wasKilled } = await runProgram(join(this.#installed, program), args, {
      folder: this.folder,
      env: {
        PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        HOME: this.#home,
        TERM: 'dumb',
        ...GUARD,
        ...quiet,
        ...this.#setup.env,
      },
      ...(input !== undefined && { input }),
      limit: TURN_LIMIT,
    });
    this.#said.push(said);
    if (wasKilled) return [`it had not ended after ${TURN_LIMIT / 1_000} s`];
    return code === 0 ? [] : [`it ended with ${code ?? 'a signal'}`];
  }
}
