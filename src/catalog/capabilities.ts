import { isOffered } from './row.ts';
import type { ProviderType } from './row.ts';

/** The plugin's names of operations, by which `capabilities` of the configuration goes, and ours. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'openai/v1/chatcompletions': 'chat.completions',
  'openai/v1/completions': 'completions',
  'openai/v1/embeddings': 'embeddings',
  'openai/v1/imagegeneration': 'images.generations',
  'openai/v1/imagevariation': 'images.variations',
  'openai/v1/imageedit': 'images.edits',
  'openai/v1/audiospeech': 'audio.speech',
  'openai/v1/audiotranscription': 'audio.transcriptions',
  'openai/v1/audiotranslation': 'audio.translations',
  'openai/v1/realtime': 'realtime',
  'openai/v1/models': 'models.list',
  'openai/v1/responses': 'responses.create',
  'openai/v1/files': 'files.create',
  'openai/v1/retrievefile': 'files.retrieve',
  'openai/v1/retrievefilecontent': 'files.content',
  'openai/v1/batches': 'batches.create',
  'openai/v1/retrievebatch': 'batches.retrieve',
  'openai/v1/cancelbatch': 'batches.cancel',
  'openai/v1/videos': 'videos.create',
  'openai/v1/retrievevideo': 'videos.retrieve',
  'openai/v1/retrievevideocontent': 'videos.content',
  'openai/v1/videoremix': 'videos.remix',
  'cohere/v1/rerank': 'rerank',
  'qwen/v1/rerank': 'rerank',
  'qwen/v1/conversations': 'conversations.create',
  'openai/v1/fine-tuningjobs': 'fine_tuning.jobs.create',
  'anthropic/v1/messages': 'messages.create',
  'anthropic/v1/messages/count_tokens': 'messages.count_tokens',
  'kling/v1/image2video': 'kling.image2video',
  'kling/v1/retrieveimagevideo': 'kling.image2video.retrieve',
};

/** The operation that a name in `capabilities` means; undefined where it means none. */
export function operationOfCapability(name: string): string | undefined {
  return Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
}

const CHAT = 'chat.completions';

/**
 * Whether a provider answers chats, with or without translation. Others have nothing cheap that a health check could pay
 * for.
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
