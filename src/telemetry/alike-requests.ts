import type { RequestLogEntry } from '../gateway/request-log-entry.ts';
import type { LogFields, SharedLog } from './contract.ts';
import { requestLevel } from './request-level.ts';

/** Lines of requests that failed alike, before the rest of the minute is counted alone. */
const SHOWN = 3;
const EVERY_MS = 60_000;
/** Ways of failing that are told apart in a minute; a configuration has hardly more. What is beyond it is one way. */
const MAX_WAYS = 100;

/** Requests that failed alike within a minute. */
interface Way {
  readonly level: 'warn' | 'error';
  readonly fields: LogFields;
  requests: number;
}

/**
 * The log in which requests that fail alike are a few lines a minute, and a line at its end that counts the others: for a log
 * of warnings, which is read for what is wrong and not for each request. Alike is what fails with one status, code and
 * verdict on one route at one provider.
 */
export function countAlike(log: SharedLog): SharedLog {
  const ways = new Map<string, Way>();
  const endMinute = (name: string, { level, fields, requests }: Way): void => {
    ways.delete(name);
    const more = requests - SHOWN;
    if (more <= 0) return;
    const what = more === 1 ? '1 more request' : `${more} more requests`;
    log[level](`${what} failed like these within a minute`, fields);
  };
  return {
    ...log,
    request: (entry) => {
      const level = requestLevel(entry);
      if (level !== 'warn' && level !== 'error') return log.request(entry);
      const fields = fieldsOf(entry);
      const named = JSON.stringify([level, fields]);
      const name = ways.has(named) || ways.size < MAX_WAYS ? named : level;
      let way = ways.get(name);
      if (way === undefined) {
        way = { level, fields: name === named ? fields : {}, requests: 0 };
        ways.set(name, way);
        setTimeout(endMinute, EVERY_MS, name, way).unref();
      }
      way.requests += 1;
      if (way.requests <= SHOWN) log.request(entry);
    },
  };
}

/** What failures have in common. The model is not of it: clients may name any. */
function fieldsOf({ status, code, verdict, route, provider }: RequestLogEntry): LogFields {
  return { status, code, verdict, route, provider };
}
