import { randomBytes } from 'node:crypto';

/** Ids that are short, unlike those of other processes, and cost nothing to make. */
export function requestIdGenerator(): () => string {
  const prefix = randomBytes(6).toString('base64url');
  let count = 0;
  return () => `req_${prefix}${(count++).toString(36).padStart(4, '0')}`;
}
