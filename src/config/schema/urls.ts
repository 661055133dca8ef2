import { z } from 'zod';
import { kinds } from './scalars.ts';

/* URLs and hosts. */

/** The URL without its trailing slashes, or undefined where it is not one a path can be appended to. */
function parseBaseUrl(written: string): string | undefined {
  if (!URL.canParse(written)) return undefined;
  const url = new URL(written);
  const plain =
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === '' &&
    !/[?#]/.test(written);
  return plain ? url.href.replace(/\/+$/, '') : undefined;
}

const urlError =
  'an http:// or https:// URL without credentials, query or fragment, such as https://api.openai.com/v1';

/** Everything before an operation's own suffix. */
export function baseUrl() {
  return z
    .string({ error: urlError })
    .transform((written, context) => {
      const url = parseBaseUrl(written.trim());
      if (url !== undefined) return url;
      context.addIssue({ code: 'custom', message: urlError });
      return z.NEVER;
    })
    .register(kinds, { kind: 'URL' });
}

/** Ends of a path by which the plugin sees that a URL is that of one operation. */
const operationSuffix =
  /\/(?:chat\/completions|completions|embeddings|rerank|messages(?:\/count_tokens)?|audio\/(?:speech|transcriptions|translations)|images\/(?:generations|edits|variations)|models|realtime|responses|fine_tuning\/(?:jobs|checkpoints)|videos)$/;

/** The operation that a URL ends in, where it is that of one; undefined where it may be a base. */
export function operationAtEnd(url: string): string | undefined {
  return operationSuffix.exec(url)?.[0];
}

/**
 * The plugin's `openaiCustomUrl` and `vllmCustomUrl`: the scheme may be missing, and the path may be that of one
 * operation. The plugin then sends every operation there; here the base URL is what stands before that.
 */
export function openaiCustomUrl(scheme: 'http' | 'https' = 'https') {
  const error = 'a URL or host/path without credentials, query or fragment, such as example.com/v1';
  return z
    .string({ error })
    .transform((written, context) => {
      const url = parseBaseUrl(withScheme(written, scheme))?.replace(operationSuffix, '');
      if (url !== undefined) return url;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    })
    .register(kinds, { kind: 'URL' });
}

function withScheme(written: string, scheme: 'http' | 'https'): string {
  return written.includes('://') ? written.trim() : `${scheme}://${written.trim()}`;
}

/**
 * A host with or without its port, or a URL: the plugin accepts either.
 * @param scheme where none is written
 * @param keeps `path`: what stands behind the host counts as well
 */
export function hostUrl(scheme: 'http' | 'https', keeps: 'host' | 'path' = 'host') {
  const error = 'a host such as example.com or example.com:8000, or a URL';
  return z
    .string({ error })
    .transform((written, context) => {
      const url = parseBaseUrl(withScheme(written, scheme));
      if (url !== undefined) return keeps === 'path' ? url : new URL(url).origin;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    })
    .register(kinds, { kind: 'host or URL' });
}

/** The URL of an Azure resource, or of something within it; with an `api-version`, except at `/openai/v1`. */
export function azureUrl() {
  return z
    .string({ error: 'a URL (missing azureServiceUrl)' })
    .transform((written, context) => {
      const url = URL.parse(written);
      if (url === null || !/^https?:$/.test(url.protocol))
        context.addIssue({ code: 'custom', message: 'a URL with http:// or https://' });
      else if (!isNewestBase(url) && (url.searchParams.get('api-version') ?? '') === '')
        context.addIssue({ code: 'custom', message: 'a URL with ?api-version=… (missing api-version)' });
      else return url.href;
      return z.NEVER;
    })
    .register(kinds, { kind: 'URL' });
}

function isNewestBase({ pathname }: URL): boolean {
  return /^\/openai\/v1(?:\/|$)/.test(pathname.replaceAll(/\/{2,}/g, '/'));
}

/** The URL of a file, perhaps with a query. */
export function fileUrl() {
  const error = 'an http:// or https:// URL without credentials, such as https://example.com/context.txt';
  return z
    .string({ error })
    .transform((written, context): string => {
      const url = plainUrl(written.trim());
      if (url !== undefined) return url.href;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    })
    .register(kinds, { kind: 'URL' });
}

/** A host that replaces another, with its port and scheme where those are not the usual ones. */
export function otherHost() {
  const error = 'a host such as example.com or example.com:8000, or http:// or https:// and a host';
  return z
    .string({ error })
    .transform((written, context): string => {
      const given = written.trim().replace(/\/$/, '');
      const hasScheme = given.includes('://');
      const url = plainUrl(hasScheme ? given : `http://${given}`);
      if (url?.pathname === '/' && !/[?#]/.test(given)) return hasScheme ? url.origin : given;
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    })
    .register(kinds, { kind: 'host or URL' });
}

function plainUrl(written: string): URL | undefined {
  const url = URL.parse(written);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.username === '' && url.password === '' ? url : undefined;
}
