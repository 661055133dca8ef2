import type { ProviderError } from '../provider-error/error-fields.ts';
import type { Retry, VerdictClass, VerdictScope } from '../verdict.ts';
import type { WaitSource } from '../waits/waits.ts';

/** A status, or a class of them such as `5xx`. */
export type StatusPattern = number | '2xx' | '3xx' | '4xx' | '5xx';

/** A whole word in lower case, or an expression. */
export type WordPattern = string | RegExp;

/** The conditions of a rule. Every field that is set must match; of a list one member is enough. */
export interface Match {
  /** Of the response; of an error inside a 2xx response, the status that the error names. */
  readonly status?: StatusPattern | readonly StatusPattern[];
  /** `code` of the structured error. */
  readonly code?: WordPattern | readonly WordPattern[];
  /** `type` of the structured error. */
  readonly type?: WordPattern | readonly WordPattern[];
  /** Any name in the structured error: code, type, status, reason or quota id. */
  readonly named?: WordPattern | readonly WordPattern[];
  /** The whole message. */
  readonly message?: RegExp;
  /** The message without links: documentation URLs mention billing in errors of every kind. */
  readonly says?: RegExp;
  /** The message without links, quotes and text that the client wrote. */
  readonly saysInOwnWords?: RegExp;
  /**
   * The same without sentences about other credentials than the key, such as a tool's. Rules that take a key out by the
   * message alone use this.
   */
  readonly saysAboutKey?: RegExp;
  /** The field of the request that it blames, by its path. */
  readonly blames?: RegExp;
  /** Whether the error says that an upstream of the provider caused it. */
  readonly relayed?: boolean;
  /** Response headers by lower-case name: each must be present and match. */
  readonly headers?: Readonly<Record<string, RegExp>>;
  /** Where the error was found. */
  readonly where?: 'body' | 'stream';
  /** Format of the error. */
  readonly form?: ProviderError['form'] | readonly ProviderError['form'][];
  /** The operation that was called, such as `chat.completions`. */
  readonly operation?: WordPattern | readonly WordPattern[];
  /** Excludes what this matches. */
  readonly unless?: Match;
}

/** What follows when a rule matches. */
export interface Consequence {
  readonly class: Exclude<VerdictClass, 'ok'>;
  readonly scope: VerdictScope;
  readonly retry: Retry;
  /** Where to read the wait from; absent: the response's hints are about something else. */
  readonly wait?: WaitSource;
  /** Longest wait believed. Milliseconds; default an hour, or a day where the message speaks of hours or a quota. */
  readonly waitCapMs?: number;
  /** UTC offset of times that the provider writes without a zone. Hours; default 0. */
  readonly zoneHours?: number;
}

/** What a rule of the configuration has: condition and consequence. */
export interface RuleCore {
  /** Unique over all tables. Public: it appears in logs and records, so it never changes. */
  readonly id: string;
  readonly when: Match;
  readonly verdict: Consequence;
}

/** One built-in rule: plain data. */
export interface Rule extends RuleCore {
  /** Public page, repository or thread that documents the error. */
  readonly source: string;
  /** A response that this rule decides; a test asserts it. */
  readonly example: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    /** The body is an event of a stream whose status was 2xx. */
    readonly stream?: boolean;
  };
}
