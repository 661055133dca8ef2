import type { ProviderConfig } from '../config/schema.ts';
import { placeOf } from './place.ts';
import { plainWire } from './plain-wire.ts';
import type { Wire } from './wire.ts';

/** docs.anthropic.com/en/api/versioning: the version that is current. */
const API_VERSION = '2023-06-01';

/** Anthropic: its own dialect alone. */
export function openClaude(config: ProviderConfig): Wire {
  const { origin, basePath } = placeOf(config);
  return plainWire(origin, 'anthropic-messages', [
    {
      family: 'anthropic',
      basePath,
      credential: { kind: 'header', name: 'x-api-key' },
      defaultHeaders: { 'anthropic-version': API_VERSION },
    },
  ]);
}
