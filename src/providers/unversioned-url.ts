import { providerTypeOf } from '../catalog/provider-types.ts';
import type { ProviderConfig } from '../config/schema/schema.ts';

/** Whether a base URL was configured that ends without a version, such as `/v1`, where most providers have theirs. */
export function hasUnversionedUrl({ type, baseUrl, protocol }: ProviderConfig): boolean {
  return protocol === 'openai' && baseUrl !== providerTypeOf(type).baseUrl && !/\/v\d/.test(baseUrl);
}
