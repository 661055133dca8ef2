import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { ProxyAddress } from '../../base/proxy-address.ts';
import { ProxyError } from './proxy-error.ts';
import type { Destination, ProxyDetail } from './proxy-error.ts';

/** Opens a tunnel by CONNECT (RFC 9110, 9.3.6). Rejects with a `ProxyError`. @param timeoutMs - for all of it */
export function connectTunnel(
  { protocol, hostname, port, credentials }: ProxyAddress,
  destination: Destination,
  timeoutMs: number,
): Promise<Socket> {
  const { host } = destination;
  const authority = `${host.includes(':') ? `[${host}]` : host}:${destination.port}`;
  const request = (protocol === 'https:' ? httpsRequest : httpRequest)({
    host: hostname,
    port,
    method: 'CONNECT',
    path: authority,
    // The certificate is to be the proxy's; Node would ask for one of whom the `host` header names.
    servername: isIP(hostname) === 0 ? hostname : '',
    headers: {
      host: authority,
      ...(credentials !== undefined && { 'proxy-authorization': basic(credentials) }),
    },
    agent: false,
  });
  const timer = setTimeout(() => request.destroy(new ProxyError('proxy-unreachable')), timeoutMs);
  return new Promise((resolve, reject) => {
    request.once('connect', ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      clearTimeout(timer);
      if (statusCode < 200 || statusCode > 299) {
        socket.on('error', () => {}).destroy();
        reject(new ProxyError(detailOf(statusCode)));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('error', (error) => {
      clearTimeout(timer);
      reject(error instanceof ProxyError ? error : new ProxyError('proxy-unreachable', error));
    });
    request.end();
  });
}

function basic({ user, password }: NonNullable<ProxyAddress['credentials']>): string {
  return `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString('base64')}`;
}

/** A 5xx is about what lies behind the proxy (RFC 9110, 15.6); what else it refuses, it refuses itself. */
function detailOf(status: number): ProxyDetail {
  if (status === 407) return 'proxy-credentials';
  return status >= 500 ? 'proxy-no-route' : 'proxy-refused';
}
