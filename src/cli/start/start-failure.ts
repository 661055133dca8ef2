import { formatAddress } from '../../config/schema/notations.ts';
import type { Config } from '../../config/schema/schema.ts';
import { CommandFailure } from '../failure.ts';

/**
 * The words for a start that failed for a reason of the user's: a port, a file, the state. Any other error is
 * a defect and comes back as it is.
 */
export function startFailure(error: unknown, config: Config): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const { code } = error;
  if (code.startsWith('store_')) return new CommandFailure(`The state cannot be used: ${error.message}`);
  if ('syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo')) {
    return listenFailure(code, 'port' in error ? Number(error.port) : undefined, error.message, config);
  }
  // Node's own codes for a wrong use of its interfaces are defects of ours.
  return code.startsWith('ERR_') ? error : new CommandFailure(`Sparekey cannot start: ${error.message}`);
}

function listenFailure(
  code: string,
  port: number | undefined,
  message: string,
  config: Config,
): CommandFailure {
  const isAdmin = port === config.admin.listen.port && port !== config.listen.port;
  const where = formatAddress(isAdmin ? config.admin.listen : config.listen);
  const option = isAdmin ? '--admin-port' : '--port';
  switch (code) {
    case 'EADDRINUSE':
      return new CommandFailure(
        `Something listens on ${where} already: another Sparekey perhaps. ${option} chooses another port.`,
      );
    case 'EACCES':
      return new CommandFailure(`This user may not listen on ${where}. ${option} chooses another port.`);
    default:
      return new CommandFailure(`Sparekey cannot listen: ${message}`);
  }
}
