// Words for values of the contract, which the gateway and the command line both use in sentences.

/** Stands for every model, where a model is named. */
export const ALL_MODELS = '*';

/** The name of a model for people. */
export function modelText(model: string): string {
  return model === ALL_MODELS ? 'all models' : model;
}

/** Failures in a row, of a key. */
export function failuresText(failures: number): string {
  return failures === 1 ? 'failed once' : `failed ${failures} times in a row`;
}
