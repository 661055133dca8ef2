import type { ImageSize } from './image-size.ts';

/**
 * The sizes that Titan Image Generator makes, and no others, wide ones; each is made on its side too but the last.
 * docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-image.html
 */
const WIDE: readonly (readonly [width: number, height: number])[] = [
  [1152, 768],
  [576, 384],
  [1280, 768],
  [640, 384],
  [1152, 896],
  [576, 448],
  [1408, 768],
  [704, 384],
  [1408, 640],
  [704, 320],
];
const OTHERS: readonly (readonly [width: number, height: number])[] = [
  [1024, 1024],
  [768, 768],
  [512, 512],
  [1152, 640],
  [1173, 640],
];

export const TITAN_SIZES: readonly ImageSize[] = [
  ...OTHERS,
  ...WIDE,
  ...WIDE.map(([width, height]) => [height, width] as const),
].map(([width, height]) => ({ width, height }));
