/**
 * What is read from another gateway, in Sparekey's terms, before it is written: each reader makes one, and the
 * writer knows none of the sources.
 */

/** Text that reads the environment where it says `${NAME}`. Plain strings never do. */
export interface Reference {
  readonly written: string;
}

/** A value of the configuration. */
export type Text = string | Reference;

/** One key of a pool. */
export interface PlannedKey {
  /** Plain text is a secret, and goes into a file of its own. */
  readonly key: Text;
  /** Its share beside the others. Absent: 1. */
  readonly weight?: number;
  /** Where it came from, for the person who reads that file. */
  readonly from?: string;
  /** Why it is not in use there; it is kept, commented out. */
  readonly disabled?: string;
  /** The proxy of this key alone: a URL, which may hold a password, or `none`. */
  readonly proxy?: string;
}

/** A provider of the new configuration. */
export interface PlannedProvider {
  readonly id: string;
  readonly type: string;
  /** Where it came from. */
  readonly from: string;
  /** Why it cannot run as it is: it is written, commented out, and no route leads to it. */
  readonly unusable?: string;
  /** Its other options, in the order in which they are written. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The proxy on its way: a URL, which may hold a password. */
  readonly proxy?: string;
  /** Options that are secrets themselves, such as `hunyuanAuthKey`. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly keys: readonly PlannedKey[];
  /** The id of the provider whose file of keys it shares. */
  readonly keysOf?: string;
  readonly modelMapping?: Readonly<Record<string, string>>;
  readonly customSettings?: readonly CustomSetting[];
  readonly recovery?: Recovery;
}

/** A field that is set in the body of every request. */
export interface CustomSetting {
  readonly name: string;
  readonly value: unknown;
  readonly overwrite: boolean;
}

/** How keys leave and come back, where the source says so. */
export interface Recovery {
  readonly healthCheckModel?: string;
  /** Seconds. */
  readonly cooldown?: number;
  readonly failureThreshold?: number;
}

/** A provider on a route. */
export interface PlannedTarget {
  readonly provider: string;
  /** What it is asked for. Absent: what the client named. */
  readonly model?: string;
  /** Its share beside its equals. Absent: 1. */
  readonly weight?: number;
}

/** Which providers serve what: steps in order of preference, each of one or of several equals; none at all refuses. */
export interface PlannedRoute {
  readonly model?: string;
  readonly paths?: readonly string[];
  readonly to: readonly (readonly PlannedTarget[])[];
  readonly onContextLength?: 'next';
}

/** Who may call. */
export interface PlannedClient {
  readonly name: string;
  readonly group?: string;
  readonly key: Text;
}

/** What could not be carried: the same thing at however many places is one note. */
export interface Note {
  /** What stands there. */
  readonly what: string;
  /** Why it is not carried, and what to do by hand. A sentence's end: what follows a colon. */
  readonly why: string;
  readonly places: readonly string[];
}

/** A whole configuration to be. */
export interface Plan {
  readonly listen?: string;
  readonly clients: readonly PlannedClient[];
  readonly providers: readonly PlannedProvider[];
  readonly routes: readonly PlannedRoute[];
  readonly limits?: Readonly<Record<string, unknown>>;
  readonly notes: readonly Note[];
}

/** The source cannot be read. The message says what is wrong with it, and what to give instead. */
export class ImportFailure extends Error {
  override readonly name = 'ImportFailure';
}

/** The environment's value of a variable. */
export function variable(name: string): Reference {
  return { written: `\${${name}}` };
}

/** A text as the configuration has it: `${` in a plain one is escaped. */
export function written(text: Text): string {
  return typeof text === 'string' ? text.replaceAll('${', '$${') : text.written;
}

/** Whether a key stands in the file of its pool: that holds secrets, and nothing else of them. */
export function standsInFile({ key, weight = 1, proxy }: PlannedKey): boolean {
  return typeof key === 'string' && weight === 1 && proxy === undefined;
}

/** Texts put together; a reference where one of them is. */
export function joined(...texts: readonly Text[]): Text {
  if (texts.every((text) => typeof text === 'string')) return texts.join('');
  return { written: texts.map(written).join('') };
}
