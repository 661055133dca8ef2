import type { IncomingMessage } from 'node:http';
import type { Said } from '../keys/record/event.ts';
import { redactedText } from '../keys/redaction/redacted-text.ts';
import { OPERATOR_HEADER } from './contract-words.ts';
import type { AdminErrorCode } from './errors.ts';

/** Characters. */
const MAX_NAME = 64;
/** Characters. */
const MAX_REASON = 200;

/** What controls a terminal, breaks a line or reverses text. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/**
 * Who asks for an act, and why, as they say: the name of the header, with the address of the connection where that is
 * another machine's. A request of this machine without the header says nothing.
 */
export function readOperator(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  query: URLSearchParams,
): Said | AdminErrorCode {
  const name = decoded(String(headers[OPERATOR_HEADER] ?? '')).trim();
  if (name.length > MAX_NAME || CONTROL.test(name)) return 'invalid_operator';
  const reason = (query.get('reason') ?? '').trim();
  if (reason.length > MAX_REASON || CONTROL.test(reason)) return 'invalid_reason';
  const address = remoteAddress(socket.remoteAddress);
  const by = [name, address].filter((part) => part !== '').join(' at ');
  return {
    ...(by !== '' && { by: redactedText(by) }),
    ...(reason !== '' && { reason: redactedText(reason) }),
  };
}

/** Empty for this machine. */
function remoteAddress(address = ''): string {
  const plain = address.replace(/^::ffff:/iu, '');
  return plain === '::1' || plain.startsWith('127.') ? '' : plain;
}

/** Percent-encoded text, decoded; as it came where it is malformed. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
