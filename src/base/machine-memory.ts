import { totalmem } from 'node:os';

/**
 * The memory of the container where it has a limit, else of the machine. Bytes. What is free at the moment is not
 * considered: it says nothing about later.
 */
export function machineMemory(): number {
  const machine = totalmem();
  // nodejs.org/api/process.html, process.constrainedMemory(): 0 where there is no limit or it is not known.
  const container = process.constrainedMemory();
  return container > 0 && container < machine ? container : machine;
}
