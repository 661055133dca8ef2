import { JSON_MODEL, operation, STATEFUL } from '../operation.ts';
import type { Operation, Traits } from '../operation.ts';

/**
 * A task is created and paid for, and only the account that created it can read it. The answer has it in `data`. Its model is
 * `model` or, in newer versions, `model_name`: app.klingai.com/global/dev/document-api.
 */
const TASK: Traits = {
  ...STATEFUL,
  ...JSON_MODEL,
  modelField: 'model_name',
  modelRequired: false,
  streams: 'never',
  creates: true,
  answerIds: ['data'],
};

/** What Kling makes videos from. */
export type KlingTaskType = 'text2video' | 'image2video';

/** Kling's tasks for videos, each type with paths of its own: app.klingai.com/global/dev/document-api. */
export const klingTasks: Readonly<
  Record<KlingTaskType, { readonly create: Operation; readonly retrieve: Operation }>
> = {
  text2video: {
    create: operation('kling.text2video', 'vendor', 'POST', '/videos/text2video', TASK),
    retrieve: operation('kling.text2video.retrieve', 'vendor', 'GET', '/videos/text2video/{id}', STATEFUL),
  },
  image2video: {
    create: operation('kling.image2video', 'vendor', 'POST', '/videos/image2video', TASK),
    retrieve: operation('kling.image2video.retrieve', 'vendor', 'GET', '/videos/image2video/{id}', STATEFUL),
  },
};

/** Kling's own API: its tasks for videos and images. */
export const klingOperations: readonly Operation[] = [
  ...Object.values(klingTasks).flatMap(({ create, retrieve }) => [create, retrieve]),
  operation('kling.images.retrieve', 'vendor', 'GET', '/images/generations/{id}', STATEFUL),
];
