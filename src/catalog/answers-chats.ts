import { operationOfCapability } from './capability-names.ts';
import { isOffered } from './row.ts';
import type { ProviderType } from './row.ts';

const CHAT = 'chat.completions';

/**
 * Whether a provider answers chats, as it is or after a translation: others can be asked for nothing that is cheap and
 * has to be paid.
 * @param capabilities - of its configuration
 */
export function answersChats(
  { speaks, offers }: ProviderType,
  capabilities: Readonly<Record<string, string>>,
): boolean {
  if (speaks !== undefined && speaks !== 'own') return true;
  if (isOffered(offers, CHAT)) return true;
  return Object.keys(capabilities).some((name) => (operationOfCapability(name) ?? name) === CHAT);
}
