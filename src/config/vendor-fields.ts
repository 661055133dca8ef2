import { openaiCustomUrl } from './patterns.ts';

/**
 * Options of a provider that only some types know: each once, with the types that it is for in `FIELD_TYPES`.
 * Their names are those of the Higress plugin.
 */
export const vendorFields = {
  openaiCustomUrl: openaiCustomUrl().exactOptional().meta({
    description:
      'Another way to say `baseUrl`, for `type: openai`: with or without `https://`, and with or without the suffix of an operation.',
  }),
};

/** The types of provider that each of these options is for. */
export const FIELD_TYPES: Readonly<Record<keyof typeof vendorFields, readonly string[]>> = {
  openaiCustomUrl: ['openai'],
};
