import { createPrivateKey } from 'node:crypto';
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { z } from 'zod';
import { isModelName } from '../../base/model-name.ts';
import { Secret } from '../../base/secret.ts';
import type { StoreAddress } from '../../base/store-address.ts';
import { parseRedisUrl } from './redis-url.ts';
import { kinds, secret, text } from './scalars.ts';

/* The values with a grammar of their own, but for URLs: names of providers, models and headers, statuses, keys, stores. */

/** Why a regular expression does not compile, without repeating it; undefined where it does. */
export function regexFault(source: string): string | undefined {
  try {
    RegExp(source);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message.slice(error.message.lastIndexOf(': ') + 2);
    throw error;
  }
}

/** The same for one in RE2's syntax, which is for names that clients choose: see `providers/model-names.ts`. */
function modelRegexFault(source: string): string | undefined {
  try {
    RE2JS.compile(source);
    return undefined;
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error.getDescription();
    throw error;
  }
}

/** Of a provider's name. UTF-16 units. */
export const MAX_ID_LENGTH = 128;

/** A provider's name, without `/`: that ends it in `provider-id/model`. */
export function providerId() {
  const error = `an id of at most ${MAX_ID_LENGTH} characters, without spaces or "/"`;
  return z
    .string({ error })
    .regex(new RegExp(`^[^\\s/\\p{Cc}]{1,${MAX_ID_LENGTH}}$`, 'u'), { error })
    .register(kinds, { kind: 'id' });
}

/** The region of a cloud: a part of a host's name. */
export function region() {
  const error = 'a region, such as us-east-1: letters, digits and hyphens';
  return z
    .string({ error })
    .regex(/^[a-z\d-]{1,63}$/i, { error })
    .register(kinds, { kind: 'text' });
}

/** `exact`, `prefix*`, `~regex` or `*`. */
export function modelPattern() {
  return text('a model pattern: a name, prefix*, ~regex or *')
    .superRefine((pattern, context) => {
      if (!pattern.startsWith('~')) {
        if (pattern.indexOf('*') < pattern.length - 1 && pattern.includes('*'))
          context.addIssue('a model pattern with * only at its end; for more, ~regex');
        return;
      }
      const fault = modelRegexFault(pattern.slice(1));
      if (fault !== undefined) context.addIssue(`a regular expression after ~ (${fault})`);
    })
    .register(kinds, { kind: 'model pattern' });
}

/** A regular expression, meant for the three digits of a status as a whole. */
export function statusPattern() {
  return z
    .union([z.string(), z.number()], { error: 'a regular expression on the status, such as "429" or "5.*"' })
    .transform((written, context) => {
      const fault = regexFault(String(written));
      if (fault !== undefined)
        context.addIssue({ code: 'custom', message: `a regular expression on the status (${fault})` });
      return String(written);
    })
    .register(kinds, { kind: 'status pattern' });
}

/** A name to map: `exact`, `prefix*`, `~regex` or `*`. */
function mappedModel() {
  return z.string().superRefine((pattern, context) => {
    const fault = pattern.startsWith('~') ? modelRegexFault(pattern.slice(1)) : undefined;
    if (fault !== undefined) context.addIssue(`a regular expression after ~ (${fault})`);
  });
}

/** What a name that cannot be a model's should have been. */
export const NO_MODEL_NAME = 'a model name, without control characters, and without . or .. between slashes';

/** The name of a model that a provider is asked for. */
export function modelName() {
  return text('a model').refine(isModelName, { error: NO_MODEL_NAME });
}

/** Model names to model names, in the order written. */
export function modelMapping() {
  const target = z
    .string({ error: 'a model name, or "" to keep the one asked for' })
    .refine(isModelName, { error: NO_MODEL_NAME });
  return z
    .record(mappedModel(), target, {
      error: 'a map of model names to model names',
    })
    .register(kinds, { kind: 'map of model names' });
}

/** The name of a header (RFC 9110, 5.1), or the beginning of one that ends in `*`; in lower case. */
export function headerName() {
  const error = 'the name of a header, or the beginning of names that ends in *';
  return z
    .string({ error })
    .trim()
    .toLowerCase()
    .regex(/^(?:[\w!#$%&'^`|~.+-]+\*?|\*)$/, { error })
    .register(kinds, { kind: 'header name' });
}

/** A key of a pool: a token, or the JSON of a service account of Google's, which is kept without white space. */
export function token(what: string) {
  const plain = secret(what);
  return z
    .string({ error: `${what} (text; quote what looks like a number)` })
    .transform((written, context): Secret => {
      const account = written.trimStart().startsWith('{') ? parseAccount(written) : undefined;
      if (account !== undefined) return new Secret(JSON.stringify(account));
      const { data, error } = plain.safeParse(written);
      if (data !== undefined) return data;
      for (const { message } of error.issues) context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .register(kinds, { kind: 'secret', isSecret: true });
}

/** The JSON of a service account of Google's; it is kept as a secret, without white space. */
export function serviceAccount() {
  const error = 'the JSON of a service account, with client_email, private_key and token_uri';
  return z
    .string({ error })
    .transform((written, context): Secret => {
      const account = parseAccount(written);
      if (account !== undefined) return new Secret(JSON.stringify(account));
      const isUnreadable = parseAccount(written, unreadableAccount) !== undefined;
      const message = isUnreadable
        ? 'a service account whose private_key can be read: PEM, as Google gives it'
        : error;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .register(kinds, { kind: 'secret', isSecret: true });
}

const account = z.looseObject({
  client_email: z.string().min(1),
  private_key: z.string().refine(isPrivateKey),
  token_uri: z.url(),
});

/** One that is whole but for its key. */
const unreadableAccount = account.extend({ private_key: z.string() });

/** Whether a text is the PEM of a private key that this machine can read. */
export function isPrivateKey(pem: string): boolean {
  try {
    createPrivateKey(pem);
    return true;
  } catch {
    // No key, or one that this machine cannot read.
    return false;
  }
}

function parseAccount(written: string, shape = account): z.output<typeof account> | undefined {
  try {
    return shape.safeParse(JSON.parse(written)).data;
  } catch {
    // Not JSON: the caller reports it.
    return undefined;
  }
}

/** Where key records are kept: `memory:`, `sqlite:PATH` or a URL of Redis. */
export function state() {
  const error = 'memory:, sqlite:PATH, or redis://HOST:PORT/DATABASE';
  return z
    .string({ error })
    .transform((written, context): StoreAddress => {
      const address = written.trim();
      if (address === 'memory:' || address === 'memory') return { kind: 'memory' };
      const path = /^sqlite:(.+)$/.exec(address)?.[1];
      if (path !== undefined) return { kind: 'sqlite', path };
      const redis = parseRedisUrl(address);
      if (redis?.ok === true) return redis.address;
      context.addIssue({ code: 'custom', message: redis?.expected ?? error });
      return z.NEVER;
    })
    .register(kinds, { kind: '`memory:`, `sqlite:PATH` or a [URL of Redis](#state-on-redis-or-valkey)' });
}

/** A bound against typing errors. */
const MAX_WORKERS = 256;

/** How many processes, or `auto`. */
export function workers() {
  const error = `auto, or a whole number from 1 to ${MAX_WORKERS}`;
  return z
    .union([z.number(), z.string()], { error })
    .transform((written, context): number | 'auto' => {
      if (written === 'auto') return 'auto';
      const count = typeof written === 'number' || /^\d+$/.test(written) ? Number(written) : NaN;
      if (Number.isInteger(count) && count >= 1 && count <= MAX_WORKERS) return count;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    })
    .register(kinds, { kind: 'integer or `auto`', bounds: `from 1 to ${MAX_WORKERS}` });
}
