import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { OPERATIONS, type Behaviour, type KeyScript, type Script } from './behaviour.ts';

const wholeNumber = z.int().min(0);
const milliseconds = z.number().min(0);
const names = z.array(z.string().min(1)).min(1);
const headerText = z.string().refine((text) => headerProblem('retry-after', text) === undefined, {
  message: 'is no text for a header',
});
const headers = z.record(z.string(), z.string()).superRefine((entries, context) => {
  for (const [name, value] of Object.entries(entries)) {
    const problem = headerProblem(name, value);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, path: [name] });
  }
});

const scope = {
  times: z.int().min(1).exactOptional(),
  forMs: z.number().positive().exactOptional(),
  models: names.exactOptional(),
  operations: z.array(z.enum(OPERATIONS)).min(1).exactOptional(),
  chance: z.number().gt(0).lt(1).exactOptional(),
};
const stallPoint = z.enum(['request', 'headers', 'preamble']).exactOptional();
const errorWords = z
  .strictObject({
    type: z.string().exactOptional(),
    code: z.string().exactOptional(),
    message: z.string().exactOptional(),
  })
  .exactOptional();

function kind<const K extends string, const F extends z.ZodRawShape>(
  name: K,
  fields: F,
): z.ZodObject<{ kind: z.ZodLiteral<K> } & Omit<typeof scope, keyof F> & F, z.core.$strict> {
  return z.strictObject({ kind: z.literal(name), ...scope, ...fields });
}

/** A bare name stands for a behaviour with nothing to set. */
const behaviour: z.ZodType<Behaviour> = z.preprocess(
  (value) => (typeof value === 'string' ? { kind: value } : value),
  z
    .discriminatedUnion('kind', [
      kind('answer', {
        chunks: z.int().min(1).max(100_000).exactOptional(),
        chunkDelayMs: milliseconds.exactOptional(),
        pieceBytes: z.int().min(1).exactOptional(),
      }),
      kind('invalid-key', {}),
      kind('rate-limited', {
        retryAfter: z.union([z.number().min(0), headerText, z.literal(false)]).exactOptional(),
        retryAfterMs: milliseconds.exactOptional(),
        headers: headers.exactOptional(),
      }),
      kind('out-of-credit', {}),
      kind('server-error', { status: z.literal([500, 502, 503, 504]).exactOptional() }),
      kind('overloaded', {}),
      kind('slow-first-output', { delayMs: milliseconds, after: stallPoint }),
      kind('hang', { after: stallPoint }),
      kind('cut', {
        afterChunks: wholeNumber.exactOptional(),
        by: z.enum(['reset', 'close']).exactOptional(),
      }),
      kind('truncate', { afterChunks: wholeNumber.exactOptional() }),
      kind('error-event', {
        afterChunks: wholeNumber.exactOptional(),
        delayMs: milliseconds.exactOptional(),
        error: errorWords,
        form: z.enum(['error', 'response.failed', 'both']).exactOptional(),
      }),
      kind('empty-stream', {}),
      kind('html-502', {}),
      kind('refuse', {}),
      kind('error-200', { error: errorWords }),
      kind('model-denied', { models: names }),
      kind('bad-request', {}),
      kind('status', {
        status: z.int().min(200).max(599),
        headers: headers.exactOptional(),
        body: z.unknown().exactOptional(),
      }),
    ])
    .superRefine(({ times, forMs }, context) => {
      if (times === undefined || forMs === undefined) return;
      context.addIssue({ code: 'custom', message: 'give `times` or `forMs`, not both', path: ['forMs'] });
    }),
);

/** The behaviours of one key, in order. */
const behavioursSchema: z.ZodType<readonly Behaviour[]> = z
  .array(behaviour)
  .max(1_000)
  .superRefine((behaviours, context) => {
    const endless = behaviours.findIndex(isEndless);
    if (endless === -1 || endless === behaviours.length - 1) return;
    const message = 'is never reached: the behaviour before it is for every request and for ever';
    context.addIssue({ code: 'custom', message, path: [endless + 1] });
  });

/** A key's script; a bare list is its behaviours. */
export const keyScriptSchema: z.ZodType<KeyScript> = z.preprocess(
  (value) => (Array.isArray(value) ? { behaviours: value } : value),
  z.strictObject({
    behaviours: behavioursSchema,
    repeat: z.boolean().exactOptional(),
    organization: z.string().min(1).exactOptional(),
    note: z.string().exactOptional(),
  }),
);

/** A whole script, as a file has it. */
export const scriptSchema: z.ZodType<Script> = z
  .strictObject({
    keys: z.record(z.string().min(1), keyScriptSchema),
    unknownKeys: keyScriptSchema.exactOptional(),
    knownKeysOnly: z.boolean().exactOptional(),
    // Its name before the command had an option of this name, which is of other rules.
    strict: z.boolean().exactOptional(),
    models: names.exactOptional(),
  })
  .transform(({ strict, ...script }) =>
    strict === undefined ? script : { knownKeysOnly: strict, ...script },
  )
  .refine(({ knownKeysOnly, unknownKeys }) => knownKeysOnly !== true || unknownKeys === undefined, {
    message: 'cannot be given together with `knownKeysOnly: true`',
    path: ['unknownKeys'],
  });

/** What is wrong with a value, place by place. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The problems zod has found in what was read, in words and at their places there. */
export function problemsOf(error: z.ZodError, read: unknown): readonly Problem[] {
  return error.issues.map(({ path: wholePath, message }) => {
    const path: PropertyKey[] = [];
    let at = read;
    for (const step of wholePath) {
      // A bare list of behaviours was read as a script that has them.
      if (step === 'behaviours' && Array.isArray(at)) continue;
      path.push(step);
      at = typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined;
    }
    const found = typeof at === 'object' || at === undefined ? '' : ` (found ${JSON.stringify(at)})`;
    return { path, message: `${message}${found}` };
  });
}

/** A problem's place as people write it: `keys.sim-1[2].times`. */
export function formatPath(path: readonly PropertyKey[]): string {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return place.replace(/^\./u, '');
}

function isEndless({ times, forMs, models, operations, chance }: Behaviour): boolean {
  return [times, forMs, models, operations, chance].every((limit) => limit === undefined);
}

function headerProblem(name: string, value: string): string | undefined {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return undefined;
  } catch (error) {
    return error instanceof TypeError ? error.message : String(error);
  }
}
