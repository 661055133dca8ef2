import { STANDINGS } from './contract-words.ts';

/** Every error of the admin API: its status, under a code that stays, and its meaning. */
export const adminErrors = {
  invalid_operator: {
    status: 400,
    message: 'The header x-sparekey-operator is a name of at most 64 characters, without control characters.',
  },
  invalid_reason: {
    status: 400,
    message: 'A reason is text of at most 200 characters, without control characters.',
  },
  unknown_state: {
    status: 400,
    message: `A state is one of ${STANDINGS.join(', ')}.`,
  },
  missing_token: { status: 401, message: 'This needs the admin token, as `Authorization: Bearer TOKEN`.' },
  invalid_token: { status: 401, message: 'That is not the admin token.' },
  foreign_host: {
    status: 403,
    message: 'Without an admin token only requests to a loopback name or address are answered.',
  },
  cross_site: {
    status: 403,
    message: 'Without an admin token no other web page may call this.',
  },
  unknown_path: { status: 404, message: 'There is nothing at this path.' },
  unknown_key: { status: 404, message: 'No provider has a key with this id.' },
  unknown_provider: { status: 404, message: 'There is no provider with this id.' },
  no_route: { status: 404, message: 'No route leads anywhere for this model, host and path.' },
  method_not_allowed: { status: 405, message: 'This path does not answer to this method.' },
  no_health_check: {
    status: 409,
    message:
      'The provider of this key has no `failover.healthCheckModel`, so there is nothing to check it with.',
  },
  unexpected_body: { status: 413, message: 'Requests to this API have no body.' },
  internal_error: { status: 500, message: 'Sparekey has a defect here; its log says more.' },
} as const;

export type AdminErrorCode = keyof typeof adminErrors;
