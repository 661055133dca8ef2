import { signatureOf } from '../../../simulator/surface/conversation.ts';

/** The body of a request. */
export type Body = Readonly<Record<string, unknown>>;

/** For one rule: bodies that it refuses, and for each of them one near by that is sound. */
export interface RuleExample {
  /** Default: the vendor's usual one of these tests. */
  readonly model?: string;
  readonly pairs: readonly (readonly [refused: Body, accepted: Body])[];
}

/** The examples of a vendor by the ids of its rules. */
export type RuleExamples = Readonly<Record<string, RuleExample>>;

export const THOUGHT = 'They say: hi';

/** A signature of `THOUGHT` as the simulator gives it out. */
export const SIGNATURE = signatureOf('0123abcd', THOUGHT);

/** A PNG of one pixel; base64. */
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP6DwABBQECz6AuzQAAAABJRU5ErkJggg==';

/** The schema of a tool that takes a city. */
export const CITY = { type: 'object', properties: { city: { type: 'string' } } };

/** The same where nothing may be left out, or added. */
export const STRICT_CITY = { ...CITY, required: ['city'], additionalProperties: false };
