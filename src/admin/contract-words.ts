// Words for values of the contract, which the gateway and the command line both use in sentences.

/** Stands for every model, where a model is named. */
export const ALL_MODELS = '*';

/** The header in which whoever acts says who they are, percent-encoded. It is believed: the token alone is checked. */
export const OPERATOR_HEADER = 'x-sparekey-operator';

/** The name of a model for people. */
export function modelText(model: string): string {
  return model === ALL_MODELS ? 'all models' : model;
}

/** Failures in a row, of a key. */
export function failuresText(failures: number): string {
  return failures === 1 ? 'failed once' : `failed ${failures} times in a row`;
}

/**
 * How a key stands, as lists show it: its state, or what an in-service key is held for now. `out-of-credit` is a key
 * whose quota domain is, as another of its keys has shown.
 */
export const STANDINGS = [
  'in-service',
  'throttled',
  'denied',
  'out-of-credit',
  'out-of-service',
  'disabled',
] as const;

export type Standing = (typeof STANDINGS)[number];
