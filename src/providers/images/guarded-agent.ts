import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import type { ImageHosts } from './image-hosts.ts';
import { LookupQueue } from './lookup-queue.ts';
import type { Lookup } from './lookup-queue.ts';

/** Name look-up, TCP and TLS of one connection together. Milliseconds. */
const CONNECT_MS = 5_000;
/** Connections are hardly used again. Milliseconds. */
const IDLE_MS = 1_000;
/** Of all providers. */
const lookups = new LookupQueue(2, CONNECT_MS);

/**
 * Connects to permitted addresses alone. The address that is looked at is the one that is connected to: a name that leads elsewhere a
 * moment later is looked at again when a connection is made to it again. No proxy of the environment is used.
 */
export function guardedAgent(hosts: ImageHosts): Agent {
  const connect = buildConnector({ timeout: CONNECT_MS, lookup: guardedLookup(hosts) });
  return new Agent({
    connect: (options, callback) => {
      // An address is not looked up.
      if (isIP(options.hostname) !== 0 && !hosts.permits(options.hostname, options.hostname))
        callback(new AddressRefused(), null);
      else connect(options, callback);
    },
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    pipelining: 1,
    allowH2: false,
    // The whole fetch has a bound.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** None of a host's addresses may be connected to. */
class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

function guardedLookup(hosts: ImageHosts): LookupFunction {
  return (hostname, options, callback) => {
    const start: Lookup = (done) => {
      lookup(hostname, { ...options, all: true }, (error, found) => {
        done();
        const permitted =
          error === null ? found.filter(({ address }) => hosts.permits(hostname, address)) : [];
        const [first] = permitted;
        if (first === undefined) callback(error ?? new AddressRefused(), []);
        else if (options.all === true) callback(null, permitted);
        else callback(null, first.address, first.family);
      });
    };
    lookups.add(start, () => callback(new AddressRefused(), []));
  };
}
