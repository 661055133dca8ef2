import { ProxyError } from './proxy/proxy-error.ts';

/**
 * How an exchange broke, or why there was none. The kinds differ in what may be done next:
 * - `key-unusable`: no request can be built or signed with this key
 * - `unbuilt`: no request could be built, and it may not be because of the key
 * - `not-sent`: no byte of the request left: always safe to send again
 * - `no-tunnel`: the key's own proxy is in the way, so that nothing left: always safe to send again
 * - `maybe-sent`: sent in part or whole, and no response began: the provider may have acted on it
 * - `no-output`: a response began, and its first output never came (a hang, an empty stream, a cut before it)
 * - `broken-unseen`: it broke after its first output, before the commit gate: it was to be held until it is whole
 * - `broken`: it broke after the gate
 * - `too-large`: ended here, because it was larger than can be translated
 */
export type FaultKind =
  | 'key-unusable'
  | 'unbuilt'
  | 'not-sent'
  | 'no-tunnel'
  | 'maybe-sent'
  | 'no-output'
  | 'broken-unseen'
  | 'broken'
  | 'too-large';

/** How far an exchange has got. */
export type ExchangePhase = 'queued' | 'sent' | 'answering' | 'open' | 'relaying' | 'over';

const FAULT_IN: Readonly<Record<ExchangePhase, FaultKind>> = {
  queued: 'not-sent',
  sent: 'maybe-sent',
  answering: 'no-output',
  open: 'broken',
  relaying: 'broken',
  over: 'broken',
};

/** The kind of a fault in this phase. @param hasOutput - the response has shown its first output */
export function faultKindIn(phase: ExchangePhase, hasOutput: boolean): FaultKind {
  return phase === 'answering' && hasOutput ? 'broken-unseen' : FAULT_IN[phase];
}

/**
 * The kind of a fault of a request that has not left. What breaks in a tunnel before that may be the tunnel's doing: where one
 * key alone has it, the provider is blamed only by the proxy's own word that it cannot be reached.
 * @param isOwnProxy - it was to go by a proxy that its key alone goes by
 */
export function faultBeforeSending(error: Error | undefined, isOwnProxy: boolean): FaultKind {
  const isProviders = error instanceof ProxyError && !error.isProxys;
  return isOwnProxy && !isProviders ? 'no-tunnel' : 'not-sent';
}

/** A broken exchange. */
export interface Fault {
  readonly kind: 'fault';
  readonly fault: FaultKind;
  /** A stable word for logs: what happened to the connection or the response. */
  readonly detail: string;
  /** Of the response that had begun, if any. */
  readonly status?: number;
}

/** The detail of a request that cannot be written as HTTP. */
export const MALFORMED_REQUEST = 'malformed-request';

/** Details for the errors of undici and of Node's sockets that are worth distinguishing. */
const DETAILS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'connect-timeout',
  UND_ERR_INVALID_ARG: MALFORMED_REQUEST,
  UND_ERR_SOCKET: 'reset',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'cut',
  UND_ERR_HEADERS_OVERFLOW: 'headers-too-large',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'connect-timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'name-not-found',
  EAI_AGAIN: 'name-not-found',
};

/** A stable word for an error of the transport. */
export function faultDetail(error: Error): string {
  if (error instanceof ProxyError) return error.detail;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = DETAILS[code];
  if (known !== undefined) return known;
  // undici's parser names itself and not always a code.
  if (code.startsWith('HPE_') || error.name === 'HTTPParserError') return 'not-http';
  if (code.includes('CERT') || code.includes('TLS') || code.includes('SSL')) return 'tls';
  return code === '' ? error.name.toLowerCase() : code.toLowerCase();
}
