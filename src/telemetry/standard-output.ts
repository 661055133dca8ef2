import { DescriptorOutput } from './descriptor-output.ts';
import type { DescriptorOutputOptions } from './descriptor-output.ts';
import type { Output } from './output.ts';

/** Standard output. A process that ends, for whatever reason, still writes what waits, and is not kept by what it cannot write. */
export function standardOutput(options: DescriptorOutputOptions): Output {
  const output = new DescriptorOutput(1, options);
  process.once('exit', () => {
    if (output.isBlocked) endBySignal();
    else output.writeRest();
  });
  return output;
}

/**
 * An exit waits for the threads of the pool: one that writes to a terminal that was stopped (Ctrl-S) would hold it for
 * ever. Service managers count an end by this signal as a clean one.
 */
function endBySignal(): void {
  process.removeAllListeners('SIGTERM');
  process.kill(process.pid, 'SIGTERM');
}
