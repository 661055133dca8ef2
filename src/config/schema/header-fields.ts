import { z } from 'zod';
import { kinds } from './scalars.ts';

/** The name of a header (RFC 9110, 5.1), or the beginning of one that ends in `*`; in lower case. */
function headerName() {
  const error = 'the name of a header, or the beginning of names that ends in *';
  return z
    .string({ error })
    .trim()
    .toLowerCase()
    .regex(/^(?:[\w!#$%&'^`|~.+-]+\*?|\*)$/, { error })
    .register(kinds, { kind: 'header name' });
}

/** Options of a provider that say which headers travel. */
export const headerFields = {
  passHeaders: z.array(headerName()).default([]).meta({
    description:
      'Headers that pass between clients and this provider, both ways, beside [those that do anyway](PROVIDERS.md#headers-that-pass): names, or beginnings that end in `*`. `*` alone lets all pass but those that say who asks (organisation, project, account, …), which are let pass by their whole names alone. Credentials, hop-by-hop headers and the like never pass.',
  }),
};
