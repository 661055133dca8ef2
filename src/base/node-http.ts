/**
 * What is used of `node:http`, and not imported from there: an import makes Node (26) read every export of a module, one of
 * which, `WebSocket`, loads the whole client behind `fetch`, that nothing here uses. It would take each process 40 ms of the
 * processor at its start and 7 MB while it runs; `npm run bench:start` prints both.
 */
export const http = process.getBuiltinModule('node:http');
