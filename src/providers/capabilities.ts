import type { Operation } from '../dialects/operation.ts';

/** The plugin's names of operations, and ours. */
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
  'anthropic/v1/messages': 'messages.create',
};

/** The names that `capabilities` may hold. */
export const capabilityNames: readonly string[] = Object.keys(OPERATIONS);

/** Makes of `capabilities` the function that finds an operation's own path; undefined where it has none. */
export function pathsOf(
  capabilities: Readonly<Record<string, string>>,
): (operation: Operation) => string | undefined {
  const byName = new Map(
    Object.entries(capabilities).map(([name, path]) => [OPERATIONS[name] ?? name, path] as const),
  );
  return ({ name }) => byName.get(name);
}
