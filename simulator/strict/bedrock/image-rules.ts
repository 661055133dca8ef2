import { z } from 'zod';
import { shapeProblemOf } from '../shape.ts';
import type { Finding, Rule, StrictRequest } from '../rule.ts';
import { constraint, finding } from './bedrock-body.ts';

const AWS = 'docs.aws.amazon.com';
const DATE = '2026-11-30';

const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/u);
const seed = z.int().min(0).optional();

function config(width: z.ZodType, height: z.ZodType): z.ZodType {
  return z
    .strictObject({
      width: width.optional(),
      height: height.optional(),
      quality: z.enum(['standard', 'premium']).optional(),
      cfgScale: z.number().min(1.1).max(10).optional(),
      seed,
      numberOfImages: z.int().min(1).max(5).optional(),
    })
    .optional();
}

/** The two tasks that are simulated, of Amazon's two families; they differ in how long a text may be and in their sizes. */
function tasksOf(textLength: number, imageGenerationConfig: z.ZodType): z.ZodType {
  const text = z.string().min(1).max(textLength);
  const negativeText = text.optional();
  return z.union([
    z.strictObject({
      taskType: z.literal('TEXT_IMAGE'),
      textToImageParams: z.strictObject({
        text,
        negativeText,
        style: z.string().optional(),
        conditionImage: base64.optional(),
        controlMode: z.enum(['CANNY_EDGE', 'SEGMENTATION']).optional(),
        controlStrength: z.number().min(0).max(1).optional(),
      }),
      imageGenerationConfig,
    }),
    z.strictObject({
      taskType: z.literal('IMAGE_VARIATION'),
      imageVariationParams: z.strictObject({
        images: z.array(base64).min(1).max(5),
        text: text.optional(),
        negativeText,
        similarityStrength: z.number().min(0.2).max(1).optional(),
      }),
      imageGenerationConfig,
    }),
  ]);
}

const side = z.int().min(320).max(4096).multipleOf(16);
const novaShape = tasksOf(1024, config(side, side));

const TITAN_SIDES = new Set([320, 384, 448, 512, 576, 640, 704, 768, 896, 1024, 1152, 1173, 1280, 1408]);
const titanSide = z.int().refine((pixels) => TITAN_SIDES.has(pixels), 'is not a supported side');
const titanShape = tasksOf(512, config(titanSide, titanSide));

const stabilityShape = z.strictObject({
  prompt: z.string().min(1).max(10_000),
  negative_prompt: z.string().max(10_000).optional(),
  aspect_ratio: z.enum(['16:9', '1:1', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21']).optional(),
  mode: z.literal('text-to-image').optional(),
  output_format: z.enum(['png', 'jpeg']).optional(),
  seed,
});

/** What models refuse that make images on Bedrock. */
export const bedrockImageRules: readonly Rule[] = [
  {
    id: 'nova-canvas-shape',
    operations: ['images'],
    models: /amazon\.nova-canvas/u,
    refuses:
      'a field that the reference of Nova Canvas has not, a text of more than 1,024 characters, more than five images, a side that is not from 320 to 4,096 pixels by 16',
    source: `${AWS}/nova/latest/userguide/image-gen-req-resp-structure.html`,
    date: DATE,
    find: (request) => imageFinding(novaShape, request),
  },
  {
    id: 'titan-image-shape',
    operations: ['images'],
    models: /amazon\.titan-image/u,
    refuses:
      'a field that the reference of Titan Image Generator has not, a text of more than 512 characters, more than five images, a side of another length than it makes',
    source: `${AWS}/bedrock/latest/userguide/model-parameters-titan-image.html`,
    date: DATE,
    find: (request) => imageFinding(titanShape, request),
  },
  {
    id: 'stability-shape',
    operations: ['images'],
    models: /stability\./u,
    refuses:
      'a field that the reference of Stable Diffusion 3.5 and Stable Image has not, no prompt, an aspect ratio or a format that they do not make',
    source: `${AWS}/bedrock/latest/userguide/model-parameters-diffusion-3-5-large.html`,
    date: DATE,
    find: (request) => imageFinding(stabilityShape, request),
  },
];

function imageFinding(shape: z.ZodType, { body }: StrictRequest): Finding | undefined {
  const problem = shapeProblemOf(shape, body);
  if (problem === undefined) return undefined;
  const { path, kind } = problem;
  if (kind === 'unknown')
    return finding(path, `Malformed input request: #: extraneous key [${problem.name}] is not permitted`);
  if (kind === 'missing') return constraint('null', path, 'Member must not be null');
  return finding(
    path,
    `Malformed input request: #/${path.join('/')}: is not valid, please reformat your input`,
  );
}
