import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { CallOptions } from '../codec.ts';

/**
 * A request's options as a model takes them: what it refuses is left out, and numbers come within its bounds. That something
 * was changed is found by comparing with what is sent (`left-out.ts`).
 * @param thinks - whether the model will think
 */
export function fitOptions(options: CallOptions, takes: ModelCapabilities, thinks: boolean): CallOptions {
  const fitted: CallOptions = { ...options };
  fitSampling(fitted, takes, thinks);
  fitStops(fitted, takes);
  fitTokens(fitted, takes);
  if (takes.penalties === false) {
    delete fitted.presencePenalty;
    delete fitted.frequencyPenalty;
  }
  if (!takesSeed(fitted.seed, takes)) delete fitted.seed;
  return fitted;
}

/** Mistral's is not negative (docs.mistral.ai/api/endpoint/chat, `random_seed`). */
function takesSeed(seed: number | undefined, { seedField }: ModelCapabilities): boolean {
  if (seed === undefined || seedField === 'none') return false;
  return seedField !== 'random_seed' || seed >= 0;
}

function fitSampling(
  fitted: CallOptions,
  { sampling, maxTemperature = Infinity, temperatureWithTopP, topK }: ModelCapabilities,
  thinks: boolean,
): void {
  if (sampling === 'never' || (sampling === 'unless-thinking' && thinks)) {
    delete fitted.temperature;
    delete fitted.topP;
    delete fitted.topK;
  }
  if (topK === false) delete fitted.topK;
  if (fitted.temperature === undefined) return;
  fitted.temperature = Math.min(Math.max(0, fitted.temperature), maxTemperature);
  if (temperatureWithTopP === false) delete fitted.topP;
}

/** An empty one stops nothing, and is refused by most. */
function fitStops(fitted: CallOptions, { stopSequences: most, blankStops }: ModelCapabilities): void {
  if (fitted.stopSequences === undefined) return;
  const kept = fitted.stopSequences
    .filter((each) => each !== '' && (blankStops !== false || each.trim() !== ''))
    .slice(0, most);
  if (kept.length === 0) delete fitted.stopSequences;
  else fitted.stopSequences = kept;
}

function fitTokens(fitted: CallOptions, { maxOutputTokens: most = Infinity }: ModelCapabilities): void {
  if (fitted.maxOutputTokens === undefined) return;
  fitted.maxOutputTokens = Math.min(fitted.maxOutputTokens, most);
}
