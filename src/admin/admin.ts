import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createListener } from 'node:net';
import type { Server as Listener } from 'node:net';
import { http } from '../base/node-http.ts';
import type { Circuits } from '../failover/circuit/circuits.ts';
import type { Recorder } from '../failover/recorder.ts';
import type { Secret } from '../base/secret.ts';
import { boundAddress, listen } from '../listener/listen.ts';
import type { ListenAddress } from '../listener/listen.ts';
import type { KeyPair } from '../listener/key-pair.ts';
import { tlsOn } from '../listener/tls.ts';
import type { Provider } from '../providers/provider.ts';
import { adminGuard } from './access.ts';
import { answerError } from './answer.ts';
import { adminErrors } from './errors.ts';
import type { AdminErrorCode } from './errors.ts';
import { KeysApi } from './keys-api.ts';
import type { KeysApiOptions } from './keys-api.ts';
import { route } from './routes.ts';
import type { AdminApi } from './routes.ts';
import type { Viewpoint } from './viewpoint.ts';

/** How to open the admin listener. */
export interface AdminOptions extends Omit<KeysApiOptions, 'viewpoint'>, Omit<AdminApi, 'keys'> {
  readonly recorder: Pick<Recorder, 'circuitsOf'>;
  readonly listen: ListenAddress;
  /** This process, as decisions name it. */
  readonly node: string;
  /** The bearer token of requests. Absent: requests from this machine are answered, those of web pages are not. */
  readonly token?: Secret;
  /** What it shows to clients now; undefined, or absent: it speaks plain HTTP. */
  readonly tls?: () => KeyPair | undefined;
  /** A defect: the request got a 500. */
  readonly onDefect: (error: unknown) => void;
}

/** An open admin listener. */
export interface Admin {
  /** Where it listens: the real port where 0 was asked for. */
  readonly address: ListenAddress;
  /** Aborts requests in flight. */
  close(): Promise<void>;
}

const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Of an idle connection: longer than the slowest health check takes. Milliseconds. */
const IDLE_TIMEOUT_MS = 10 * 60_000;
const MAX_CONNECTIONS = 256;
/** Bodies are discarded, up to this size. Bytes. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * Opens the admin listener.
 * @throws the listener's error, such as EADDRINUSE
 */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const { token, tls = () => undefined, node, workers, state, recorder, onDefect } = options;
  const circuitsOf = (provider: Provider): Circuits => recorder.circuitsOf(provider);
  const viewpoint = (): Viewpoint => {
    const { kind, awaySince } = state();
    const serves = workers().some(({ pid }) => pid === process.pid);
    return { node, serves, alone: kind === 'memory', awaySince, circuitsOf };
  };
  const api = { keys: new KeysApi({ ...options, viewpoint }), workers, state };
  const guard = adminGuard(token, () => tls() !== undefined);
  const server = http.createServer(
    { headersTimeout: HEAD_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      const refusal = guard(request) ?? bodyRefusal(request);
      if (refusal !== undefined) {
        refuse(response, refusal);
        return;
      }
      route(api, request, response).catch((error: unknown) => {
        onDefect(error);
        if (response.headersSent) response.destroy();
        else answerError(response, 'internal_error');
      });
    },
  );
  server.setTimeout(IDLE_TIMEOUT_MS);
  // Node starts to check timeouts when a server listens, and this one gets its connections from the listener.
  server.emit('listening');
  const secure = tlsOn(tls);
  const listener = createListener({ allowHalfOpen: true, noDelay: true }, (socket) => {
    server.emit('connection', secure(socket));
  });
  listener.maxConnections = MAX_CONNECTIONS;
  await listen(listener, options.listen);
  return { address: boundAddress(listener), close: () => close(listener, server) };
}

/** The rest of the request is not read: the connection is closed after the answer. */
function refuse(response: ServerResponse, code: AdminErrorCode): void {
  const needsToken = adminErrors[code].status === 401;
  answerError(response, code, {
    headers: { connection: 'close', ...(needsToken && { 'www-authenticate': 'Bearer' }) },
  });
}

/** A needless body is accepted if its length is announced and small. */
function bodyRefusal({ headers }: IncomingMessage): AdminErrorCode | undefined {
  const length = Number(headers['content-length'] ?? 0);
  return headers['transfer-encoding'] !== undefined || length > MAX_BODY_BYTES
    ? 'unexpected_body'
    : undefined;
}

function close(listener: Listener, server: Server): Promise<void> {
  return new Promise((resolve) => {
    listener.close(() => resolve());
    server.close();
    server.closeAllConnections();
  });
}
