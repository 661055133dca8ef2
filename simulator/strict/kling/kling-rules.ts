import { z } from 'zod';
import { problemText } from '../problem-text.ts';
import type { Rule } from '../rule.ts';

/** A URL, or Base64 without what stands before it in a data URL. */
const image = z.string().regex(/^(?!data:)/u);

const videoShape = z.strictObject({
  model_name: z.string().optional(),
  prompt: z.string().max(2_500).optional(),
  negative_prompt: z.string().max(2_500).optional(),
  image: image.optional(),
  image_tail: image.optional(),
  cfg_scale: z.number().min(0).max(1).optional(),
  mode: z.enum(['std', 'pro']).optional(),
  sound: z.enum(['on', 'off']).optional(),
  camera_control: z.looseObject({}).optional(),
  static_mask: z.string().optional(),
  dynamic_masks: z.array(z.looseObject({})).optional(),
  aspect_ratio: z.enum(['16:9', '9:16', '1:1']).optional(),
  duration: z.enum(['5', '10']).optional(),
  callback_url: z.string().optional(),
  external_task_id: z.string().optional(),
});

const SECONDS = Array.from({ length: 13 }, (_, at) => String(at + 3));
const version3Shape = videoShape.extend({ duration: z.enum(SECONDS).optional() });

const version3 = z.looseObject({ model_name: z.string().startsWith('kling-v3') });

/** What Kling's tasks for videos refuse. */
export const klingRules: readonly Rule[] = [
  {
    id: 'video-shape',
    operations: ['videos'],
    refuses:
      'a field that the reference has not, a duration but 5 and 10, or 3 to 15 of version 3, a format but 16:9, 9:16 and 1:1, an image as a data URL',
    source: 'app.klingai.com/global/dev/document-api',
    date: '2026-11-30',
    find: ({ body }) => problemText(version3.safeParse(body).success ? version3Shape : videoShape, body),
  },
];
