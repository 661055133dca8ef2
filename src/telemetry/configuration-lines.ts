import type { ConfigurationNotice } from '../cluster/configuration-watch.ts';
import type { Log } from './contract.ts';

/** Nodes named in one line. */
const MAX_NAMED = 8;

/** Log lines of nodes of one store whose configurations differ. */
export function logConfigurations(log: Log): (notice: ConfigurationNotice) => void {
  return (notice) => {
    if (notice.kind === 'configurations-agree') {
      log.info('all nodes of the store have the same configuration again');
      return;
    }
    const { others, isLong } = notice;
    const fields = {
      nodes: others.slice(0, MAX_NAMED).map(({ node }) => node),
      providers: [...new Set(others.flatMap(({ providers }) => providers))],
    };
    if (isLong) log.warn('nodes of the store still have different configurations', fields);
    else log.info('nodes of the store have different configurations', fields);
  };
}
