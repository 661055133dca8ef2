import { z } from 'zod';
import { isModelName } from '../../base/model-name.ts';
import { NO_MODEL_NAME, modelName } from './patterns.ts';
import { decimal, integer, kinds, text } from './scalars.ts';

/** A provider that a route names. */
export interface RouteEntry {
  readonly provider: string;
  /** Requested there in place of the model that the client named; absent: that one, mapped. */
  readonly model?: string;
  /** Its share beside its equals. */
  readonly weight: number;
  /** The context window of the model. Tokens. */
  readonly contextWindow?: number;
}

const entryMap = z.strictObject({
  provider: text('a provider id')
    .register(kinds, { kind: 'provider id' })
    .meta({ description: 'The provider.' }),
  model: modelName().exactOptional().meta({
    description:
      'What it is asked for, mapped by its `modelMapping`. Absent: the model that the client named.',
  }),
  weight: decimal({ above: 0, max: 1000 })
    .prefault(1)
    .meta({ description: 'Its share beside its equals; says nothing of one that has none.' }),
  contextWindow: integer({ min: 1, max: 1_000_000_000 }).exactOptional().meta({
    description:
      'How many tokens the model takes, for `onContextLength: next`. Absent: as its refusals show, and until one has, it may be larger than any.',
  }),
});

/** `provider-id`, or `provider-id/model`. */
const entryText = text('a provider id')
  .refine((written) => isModelName(written), { error: NO_MODEL_NAME })
  .register(kinds, { kind: 'provider id' })
  .transform((written): RouteEntry => {
    const slash = written.indexOf('/');
    if (slash < 0) return { provider: written, weight: 1 };
    return { provider: written.slice(0, slash), model: written.slice(slash + 1), weight: 1 };
  });

const entry = z.union([entryText, entryMap], { error: 'a provider id, or a map with provider and more' });

/** A step: the providers that are equals in it. */
const step = z.union(
  [
    entry.transform((one): readonly RouteEntry[] => [one]),
    z.array(entry).min(1, { error: 'at least one provider id' }),
  ],
  { error: 'a provider id, a map with provider and more, or a list of equals' },
);

const ERROR = 'a list of provider ids, or none';

/** The word for no provider at all. */
const nobody = z
  .string()
  .refine((word) => word === 'none', { error: ERROR })
  .transform((): (readonly RouteEntry[])[] => []);

/** The providers of a route: steps in order of preference, each of one provider or of several equals; `none` is no step. */
export function routeTo() {
  return z
    .union([z.array(step).min(1, { error: 'at least one provider id' }), nobody], { error: ERROR })
    .register(kinds, { kind: 'list of provider ids, or `none`' });
}
