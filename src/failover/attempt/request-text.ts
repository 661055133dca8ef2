import type { Call } from '../../dialects/operations/call.ts';
import type { IsClientText } from '../../verdict/provider-error/own-words.ts';

/**
 * Of a request's body, how much is looked through: what errors say back stands in a model's name, a parameter or the
 * newest message, but a conversation of megabytes is not worth reading over for a word. Bytes.
 */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Tells whether a phrase stands in a client's request: in its body, plain or as JSON escapes it, its path and query, or
 * the values of its headers. Case does not matter. Nothing is read before the first question, which only an error asks
 * that would condemn a key; who pays is that request, for one pass over at most a megabyte.
 */
export function searchRequestText({ body, headers, target }: Call): IsClientText {
  let request: string | undefined;
  return (phrase) => {
    if (phrase === '') return false;
    request ??= requestText(
      body.kind === 'buffered' ? body.bytes : body.head,
      headers,
      target.path + target.query,
    );
    return escapedForms(phrase.toLowerCase()).some((form) => request?.includes(form) === true);
  };
}

function requestText(body: Buffer, headers: readonly string[], path: string): string {
  const values = headers.filter((_, index) => index % 2 === 1);
  const start = Math.max(0, body.length - MAX_BODY_BYTES);
  const ends = start === 0 ? '' : body.toString('utf8', 0, HEAD_BYTES);
  return [ends, body.toString('utf8', start), ...values, path, decoded(path)].join('\n').toLowerCase();
}

/** A long body is looked through from its end, where the newest message is, and at its beginning. */
const HEAD_BYTES = 64 * 1024;

function decoded(path: string): string {
  try {
    return decodeURIComponent(path.replaceAll('+', ' '));
  } catch {
    // Not encoded as it should be: then as it is.
    return '';
  }
}

/** As it is; within a string of JSON; and that in letters of ASCII alone. */
function escapedForms(phrase: string): string[] {
  const escaped = JSON.stringify(phrase).slice(1, -1);
  const ascii = escaped.replaceAll(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [...new Set([phrase, escaped, ascii])];
}
