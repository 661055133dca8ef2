import type { Socket } from 'node:net';
import { callbackify } from 'node:util';
import buildConnector from 'undici/lib/core/connect.js';
import type { ProxyAddress } from '../../base/proxy-address.ts';
import { connectTunnel } from './connect-tunnel.ts';
import { socksTunnel } from './socks-tunnel.ts';

/** Before the other end of an idle tunnel is asked whether it is still there; undici's own without a proxy. Milliseconds. */
const KEEP_ALIVE_MS = 60_000;

/**
 * Connects by a tunnel through a proxy, to http:// destinations too: a request looks at its provider as it would without,
 * and its connection is kept alive like any other.
 * @param timeoutMs - for the tunnel, and once more for TLS within it
 */
export function proxyConnector(proxy: ProxyAddress, timeoutMs: number): buildConnector.connector {
  const openTunnel = proxy.protocol === 'socks5:' ? socksTunnel : connectTunnel;
  const secure = buildConnector({ allowH2: false, timeout: timeoutMs });
  const open = callbackify(async (options: buildConnector.Options): Promise<Socket> => {
    const isSecure = options.protocol === 'https:';
    const destination = {
      host: options.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(options.port) || (isSecure ? 443 : 80),
    };
    const socket = await openTunnel(proxy, destination, timeoutMs);
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    if (!isSecure) return socket;
    return new Promise((resolve, reject) => {
      secure({ ...options, httpSocket: socket }, (...[error, secured]) => {
        if (error === null) resolve(secured);
        else reject(error);
      });
    });
  });
  return (options, done) => {
    open(options, (error, socket) => {
      if (error === null) done(null, socket);
      else done(error, null);
    });
  };
}
