import type { ClockNotice } from '../clock/clock-keeper.ts';
import type { Log } from './contract.ts';

/** Log lines of clocks that were set, or that differ. */
export function logClocks(log: Log): (notice: ClockNotice) => void {
  return (notice) => {
    switch (notice.kind) {
      case 'wall-clock-set': {
        const { byMs } = notice;
        log.warn('the clock of this machine was set; holds and checks go on by another', { byMs });
        return;
      }
      case 'store-clock-set': {
        const { byMs } = notice;
        log.warn('the clock of the store was set; holds and checks go by it from here on', { byMs });
        return;
      }
      case 'clocks-differ': {
        const { aheadMs } = notice;
        log.warn('the clock of this machine shows another time than the one that state is kept by', {
          aheadMs,
        });
        return;
      }
      case 'clocks-agree':
        log.info('the clock of this machine and the one that state is kept by agree again');
    }
  };
}
