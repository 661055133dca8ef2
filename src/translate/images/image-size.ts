import type { ImageModel, ImageTier } from '../../catalog/models/image-models.ts';

/** Width and height. Pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** A size as far as a model can be asked for it. */
export interface FittedSize {
  /** The aspect ratio nearest to it; absent where the model knows none by name. */
  readonly ratio?: string;
  readonly tier: ImageTier;
  /** Whether the image is about as large as that, and as wide for its height. */
  readonly isNear: boolean;
}

/** Pixels of the side of a square image. */
const TIER_PIXELS: Readonly<Record<ImageTier, number>> = { '1K': 1024, '2K': 2048, '4K': 4096 };

/** An image whose longer side is up to a third longer is of the same tier: at 16:9 those of 1,024 are 1,376 wide. */
const TIER_REACH = 4 / 3;
/** A quarter less. */
const TIER_MIN = 3 / 4;
/** 16:9 stands for OpenAI's 1792x1024, which is 7:4. */
const RATIO_TOLERANCE = 1.05;

/** The size that a text such as `1024x1536` names; undefined for anything else. */
export function sizeOf(text: string): ImageSize | undefined {
  const [, width, height] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/u.exec(text) ?? [];
  return width === undefined ? undefined : { width: Number(width), height: Number(height) };
}

/** The nearest that a model knows by name, which is how the Higress plugin has its sizes too. */
export function fitSize(
  size: ImageSize,
  { ratios, tiers }: Pick<ImageModel, 'ratios' | 'tiers'>,
): FittedSize {
  const longer = Math.max(size.width, size.height);
  const wanted = size.width / size.height;
  const tier = tiers.find((each) => longer <= TIER_PIXELS[each] * TIER_REACH) ?? tiers.at(-1) ?? '1K';
  const pixels = TIER_PIXELS[tier];
  const isNearTier = longer >= pixels * TIER_MIN && longer <= pixels * TIER_REACH;
  const ratio = nearest(ratios, (each) => distance(ratioOf(each), wanted));
  const isNear = isNearTier && distance(ratio === undefined ? 1 : ratioOf(ratio), wanted) <= RATIO_TOLERANCE;
  return { ...(ratio !== undefined && { ratio }), tier, isNear };
}

/** The size of a list that is nearest to another: first in its shape, then in its area. */
export function nearestSize(sizes: readonly ImageSize[], wanted: ImageSize): ImageSize | undefined {
  return nearest(sizes, (each) => {
    const shape = distance(each.width / each.height, wanted.width / wanted.height);
    const area = distance(each.width * each.height, wanted.width * wanted.height);
    // Of two shapes that are as near the area decides.
    return Math.round(shape * 100) * 1000 + area;
  });
}

function nearest<T>(all: readonly T[], distanceOf: (each: T) => number): T | undefined {
  return all.toSorted((a, b) => distanceOf(a) - distanceOf(b))[0];
}

function ratioOf(text: string): number {
  const [width = 1, height = 1] = text.split(':').map(Number);
  return width / height;
}

/** How many times one is the other, whichever is larger. */
function distance(a: number, b: number): number {
  return Math.max(a / b, b / a);
}
