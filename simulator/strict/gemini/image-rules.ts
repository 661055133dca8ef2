import { z } from 'zod';
import type { Rule } from '../rule.ts';
import { shapeFinding } from './gemini-shape.ts';

const DATE = '2026-11-30';

/** ai.google.dev/gemini-api/docs/imagen; package `@google/genai`, `generateImagesConfigToMldev`. */
const predictShape = z.strictObject({
  instances: z.array(z.strictObject({ prompt: z.string().min(1) })).length(1),
  parameters: z.strictObject({
    sampleCount: z.int().min(1).max(4).optional(),
    aspectRatio: z.enum(['1:1', '3:4', '4:3', '9:16', '16:9']).optional(),
    sampleImageSize: z.enum(['1K', '2K']).optional(),
    personGeneration: z.enum(['dont_allow', 'allow_adult', 'allow_all']).optional(),
    safetySetting: z.string().optional(),
    includeSafetyAttributes: z.boolean().optional(),
    includeRaiReason: z.boolean().optional(),
    language: z.string().optional(),
    outputOptions: z
      .strictObject({
        mimeType: z.enum(['image/png', 'image/jpeg']),
        compressionQuality: z.int().min(0).max(100).optional(),
      })
      .optional(),
  }),
});

/** What Google's models refuse that make images. */
export const geminiImageRules: readonly Rule[] = [
  {
    id: 'predict-shape',
    operations: ['images'],
    refuses:
      'a field that the reference of Imagen has not, no prompt, more than four images, an aspect ratio, a size or a type of image that it does not make',
    source: 'ai.google.dev/gemini-api/docs/imagen',
    date: DATE,
    find: (request) => shapeFinding(predictShape, request),
  },
];
