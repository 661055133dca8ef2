import type { Back } from './backs.ts';

/** Where an assistant finds the gateway, and who it is there. */
export interface GatewayAccess {
  /** `http://HOST:PORT`, without a path. */
  readonly url: string;
  /** A key of the gateway's, not of a provider's. */
  readonly key: string;
}

/** What makes an assistant use the gateway: variables of its environment, and files by their path in the home folder. */
export interface Setup {
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** One run of an assistant without anybody at the terminal. */
export interface AssistantRun {
  readonly prompt: string;
  readonly model: string;
  /** Whether it goes on with the conversation of the run before. */
  readonly goesOn: boolean;
}

/** What a program is started with. */
export interface CommandLine {
  readonly args: readonly string[];
  /** Read by it from standard input. */
  readonly input?: string;
}

/** A step of a plan that the simulator follows, as docs/SIMULATOR.md has it: tools and what they are called with. */
export type PlanStep = Readonly<Record<string, string | Readonly<Record<string, unknown>>>>;

/** What an assistant is asked to do with its own tools. */
export interface Steps {
  /** Shows all of a text file to the model. */
  readonly read: (path: string) => PlanStep;
  /** Puts one line in the place of the only line of a text file. */
  readonly edit: (path: string, from: string, to: string) => PlanStep;
  /** Shows an image to the model. */
  readonly view: (path: string) => PlanStep;
}

/** A coding assistant that people run in a terminal. */
export interface Assistant {
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** Its package in npm's registry, in the version that this was written for. */
  readonly packageName: string;
  readonly version: string;
  /** The program, by its path in the folder that packages are installed in. */
  readonly program: string;
  /** The family that its models are of: these are asked for by their own names. */
  readonly family: Back['name'];
  /** Two models that it knows by name, of one vendor; it may offer its tools differently to each. */
  readonly models: readonly [first: string, second: string];
  /** What people have to set up. */
  readonly setup: (access: GatewayAccess) => Setup;
  /** What the script sets beside that: no reports, no updates, no questions. */
  readonly quiet: Readonly<Record<string, string>>;
  readonly commandLine: (turn: AssistantRun) => CommandLine;
  readonly steps: (model: string) => Steps;
  /** Why its own vendor refuses a conversation that it goes on with; absent where it does not. */
  readonly cannotGoOn?: string;
  /** Makes it summarise its conversation and go on from the summary. */
  readonly compaction: Compaction;
}

/** How an assistant is brought to shorten its conversation. */
export interface Compaction {
  /** Said as a turn of its own; undefined where it does so by itself before the next turn. */
  readonly command: string | undefined;
  /** What is set up beside, so that it finds a few thousand tokens long. Files replace those of the same path. */
  readonly setup: (access: GatewayAccess) => Partial<Setup>;
}
