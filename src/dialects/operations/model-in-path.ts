/* Names of models where they stand in a path. */

/**
 * The pattern of a path with a model in the place of `{model}`, as one segment: a slash in its name is encoded, as in the ARNs that
 * Bedrock's paths hold. Where `models/` stands before it already, as in Gemini's names, it is not repeated.
 * @param model - fits `isModelName` (`base/model-name.ts`)
 */
export function withModel(pattern: string, model: string): string {
  const repeated = pattern.includes('models/{model}') && model.startsWith('models/');
  const name = repeated ? model.slice('models/'.length) : model;
  return pattern.replace('{model}', () => encodeURIComponent(name));
}

/**
 * The same for a pattern that ends in `{model}`, where all segments that follow are the model's: a slash in its name stays one, as
 * vendors with names such as `org/name` have it.
 */
export function withModelAtEnd(pattern: string, model: string): string {
  const segments = model.split('/');
  if (segments.includes('')) return withModel(pattern, model);
  return pattern.replace('{model}', () => segments.map(encodeURIComponent).join('/'));
}
