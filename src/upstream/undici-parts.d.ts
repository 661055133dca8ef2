/*
 * Parts of undici that are imported by their places, with the types that the package has for them: its index loads all of it
 * (fetch, WebSocket, caches, mocks), a megabyte of code that no request needs. Where its files are is no promise of the
 * package, so package.json names its one version.
 */

declare module 'undici/lib/core/connect.js' {
  export { buildConnector as default } from 'undici';
}

declare module 'undici/lib/dispatcher/agent.js' {
  export { Agent as default } from 'undici';
}

declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici';
}

declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici';
}
