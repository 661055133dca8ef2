/** The ways for several processes to listen on one port that are compared. */
export const WAYS = [
  'reuse-port',
  'cluster-round-robin',
  'cluster-shared',
  'shared-socket',
  'handed-over',
] as const;

export type Way = (typeof WAYS)[number];

export function isWay(text: string | undefined): text is Way {
  return WAYS.some((way) => way === text);
}

/** Which worker to do something to; the others go on. */
export type Order =
  | { readonly kind: 'kill'; readonly worker: number }
  | { readonly kind: 'restart'; readonly worker: number }
  | { readonly kind: 'kill-all' };

/** What the control process reports. */
export type Report =
  { readonly kind: 'listening'; readonly port: number } | { readonly kind: 'done'; readonly tookMs: number };

/** Only the control process is at the other end of the channel. */
export function isReport(message: unknown): message is Report {
  return typeof message === 'object' && message !== null && 'kind' in message;
}
