import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { ProxyAddress } from '../../base/proxy-address.ts';
import { ProxyError } from './proxy-error.ts';
import type { Destination, ProxyDetail } from './proxy-error.ts';

/* SOCKS 5: RFC 1928, with the user names and passwords of RFC 1929. */

const VERSION = 5;
const NO_CREDENTIALS = 0;
const USER_AND_PASSWORD = 2;
/** Of the negotiation of user name and password, which counts by itself. */
const CREDENTIALS_VERSION = 1;
const CONNECT = 1;
/** Types of address. */
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;
const MAX_LENGTH = 255;

/** What a proxy replies where it opens no tunnel (RFC 1928, 6); all else is a failure of its own. */
const REPLIES: Readonly<Record<number, ProxyDetail>> = {
  2: 'proxy-refused',
  3: 'proxy-no-route',
  4: 'proxy-no-route',
  5: 'proxy-no-route',
  6: 'proxy-no-route',
};

/** Opens a tunnel through a SOCKS proxy. Rejects with a `ProxyError`. @param timeoutMs - for all of it */
export async function socksTunnel(
  { hostname, port, credentials }: ProxyAddress,
  destination: Destination,
  timeoutMs: number,
): Promise<Socket> {
  const socket = connect({ host: hostname, port });
  const timer = setTimeout(() => socket.destroy(new ProxyError('proxy-unreachable')), timeoutMs);
  try {
    await once(socket, 'connect');
    await agreeOnCredentials(socket, credentials);
    await askFor(socket, destination);
    return socket;
  } catch (error) {
    socket.on('error', () => {}).destroy();
    throw error instanceof ProxyError ? error : new ProxyError('proxy-unreachable', error);
  } finally {
    clearTimeout(timer);
  }
}

async function agreeOnCredentials(socket: Socket, credentials: ProxyAddress['credentials']): Promise<void> {
  const offered = credentials === undefined ? [NO_CREDENTIALS] : [NO_CREDENTIALS, USER_AND_PASSWORD];
  socket.write(Buffer.from([VERSION, offered.length, ...offered]));
  const [version, method] = await read(socket, 2);
  if (version !== VERSION) throw new ProxyError('proxy-unreachable');
  if (method === NO_CREDENTIALS) return;
  if (method !== USER_AND_PASSWORD || credentials === undefined) throw new ProxyError('proxy-credentials');
  socket.write(
    Buffer.concat([
      Buffer.from([CREDENTIALS_VERSION]),
      withLength(credentials.user),
      withLength(credentials.password.reveal()),
    ]),
  );
  const [, status] = await read(socket, 2);
  if (status !== 0) throw new ProxyError('proxy-credentials');
}

async function askFor(socket: Socket, { host, port }: Destination): Promise<void> {
  const portBytes = Buffer.alloc(2);
  portBytes.writeUInt16BE(port);
  socket.write(Buffer.concat([Buffer.from([VERSION, CONNECT, 0]), addressOf(host), portBytes]));
  const [version, reply = 1, , addressType] = await read(socket, 4);
  if (version !== VERSION) throw new ProxyError('proxy-unreachable');
  if (reply !== 0) throw new ProxyError(REPLIES[reply] ?? 'proxy-unreachable');
  // The address that it connects from, which nobody asked for.
  await read(socket, 2 + (await boundAddressLength(socket, addressType)));
}

async function boundAddressLength(socket: Socket, addressType: number | undefined): Promise<number> {
  if (addressType === IPV4) return 4;
  if (addressType === IPV6) return 16;
  if (addressType !== NAME) throw new ProxyError('proxy-unreachable');
  const [length = 0] = await read(socket, 1);
  return length;
}

/** IPv6 addresses go as names, which proxies understand as well, rather than by a parser of our own. */
function addressOf(host: string): Buffer {
  if (isIP(host) === 4) return Buffer.from([IPV4, ...host.split('.').map(Number)]);
  return Buffer.concat([Buffer.from([NAME]), withLength(host)]);
}

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_LENGTH) throw new ProxyError('proxy-credentials');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** Exactly so many bytes; what comes behind them stays for the next reader. */
async function read(socket: Socket, count: number): Promise<Buffer> {
  let bytes: Buffer = Buffer.alloc(0);
  while (bytes.length < count) {
    if (socket.readableLength === 0) await more(socket);
    // All that is there: with a rest in its buffer a stream is readable again and again, and nothing else gets its turn.
    const piece: unknown = socket.read(Math.min(count - bytes.length, socket.readableLength));
    if (Buffer.isBuffer(piece)) bytes = Buffer.concat([bytes, piece]);
    else if (socket.readableEnded || socket.destroyed) throw new ProxyError('proxy-unreachable');
  }
  return bytes;
}

async function more(socket: Socket): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    await Promise.race([once(socket, 'readable', { signal }), once(socket, 'end', { signal })]);
  } finally {
    waiting.abort();
  }
}
