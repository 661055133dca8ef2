import { totalmem } from 'node:os';

/**
 * The memory that this process and all beside it may fill: of its container where that has a limit, else of the machine.
 * What is free at the moment is no measure: it says nothing of later. Bytes.
 */
export function machineMemory(): number {
  const machine = totalmem();
  // nodejs.org/api/process.html, process.constrainedMemory(): 0 where there is no limit or it is not known.
  const container = process.constrainedMemory();
  return container > 0 && container < machine ? container : machine;
}
