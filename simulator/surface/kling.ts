import { CREATED_AT, json, type Answer } from '../answer.ts';
import { klingErrors as errors } from '../vendor-errors/kling.ts';
import type { Call } from './call.ts';
import { isObject } from './json.ts';

const CREATED_AT_MS = CREATED_AT * 1000;

/**
 * Prepares the right answer to a call of Kling's tasks for videos, of which each type has paths of its own, and each account its
 * tasks: app.klingai.com/global/dev/document-api. A task is done when it is first asked for.
 */
export function kling({ method, steps, json: request, organization, store }: Call): Answer {
  const [, type = '', id] = steps;
  if (method === 'GET' && id !== undefined && steps.length === 3) {
    const task = store.task(id, organization);
    return task?.type === type ? done(id) : errors.invalidRequest('Task not found');
  }
  if (method !== 'POST' || id !== undefined) return errors.unknownUrl(method, steps.join('/'));
  if (!isObject(request)) return errors.malformedJson;
  const hasImage = request['image'] !== undefined || request['image_tail'] !== undefined;
  if (type === 'image2video' && !hasImage)
    return errors.invalidRequest('image and image_tail cannot both be empty');
  if (type === 'text2video' && request['prompt'] === undefined)
    return errors.invalidRequest('prompt cannot be empty');
  const made = store.addTask({ organization, type });
  return succeeded({ task_id: made, task_status: 'submitted', created_at: CREATED_AT_MS });
}

function done(id: string): Answer {
  const video = { id: `video-${id}`, url: `https://cdn.klingai.com/${id}.mp4`, duration: '5' };
  return succeeded({
    task_id: id,
    task_status: 'succeed',
    task_status_msg: '',
    task_result: { videos: [video] },
    created_at: CREATED_AT_MS,
    updated_at: CREATED_AT_MS + 1000,
  });
}

function succeeded(data: object): Answer {
  return json({ code: 0, message: 'SUCCEED', request_id: 'sim-request', data });
}
