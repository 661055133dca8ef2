/**
 * A worker: answers every request with its number, after some work on the processor. Every connection it
 * takes is noted in a file before anything else, so that what a killed worker had taken is known afterwards.
 */
import { openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { Socket } from 'node:net';

const [way, number = '', port = '', workUs = '', takenFile = ''] = process.argv.slice(2);
const taken = openSync(takenFile, 'a');

const server = createServer({ keepAliveTimeout: 60_000 }, (_, response) => {
  const until = performance.now() + Number(workUs) / 1000;
  while (performance.now() < until);
  response.writeHead(200, { 'content-length': 1 }).end(number);
});
let open = 0;
let ending = false;
server.on('connection', (socket) => {
  writeSync(taken, `${socket.remotePort}\n`);
  open += 1;
  socket.once('close', () => {
    open -= 1;
    if (way === 'handed-over') process.send?.(open);
    if (ending && open === 0) process.exit(0);
  });
});
const listening = (): void => {
  process.send?.('listening');
};
if (way === 'handed-over') listening();
else if (way === 'shared-socket') server.listen({ fd: 4 }, listening);
else server.listen({ host: '127.0.0.1', port: Number(port), reusePort: way === 'reuse-port' }, listening);

process.on('message', (_, socket) => {
  if (socket instanceof Socket) {
    process.send?.('taken');
    server.emit('connection', socket);
    return;
  }
  ending = true;
  server.close();
  if (open === 0) process.exit(0);
});
process.on('disconnect', () => process.exit(0));
