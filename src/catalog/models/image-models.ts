/** The API through which a model makes images. */
export type ImageApi = 'imagen' | 'gemini' | 'nova' | 'titan' | 'stability';

/** How large images are, as Google's APIs say it: the square of that tier is 1,024, 2,048 or 4,096 pixels wide. */
export type ImageTier = '1K' | '2K' | '4K';

/** What a model that makes images takes, after its vendor's documentation. Plain data. */
export interface ImageModel {
  /** Found in the model's name, in lower case, as the provider has it. */
  readonly name: RegExp;
  readonly api: ImageApi;
  /** The most images of one request. */
  readonly maxImages: number;
  /** The aspect ratios that it knows by name. Empty: its images have sizes of their own, or pixels are named. */
  readonly ratios: readonly string[];
  readonly tiers: readonly ImageTier[];
  /** Whether it takes images beside the prompt. */
  readonly takesImages: boolean;
  readonly source: string;
  /** The day by which that was known: year, month, day. */
  readonly date: string;
}

const DATE = '2026-11-30';
const IMAGEN = 'ai.google.dev/gemini-api/docs/imagen';
const GEMINI = 'ai.google.dev/gemini-api/docs/image-generation';
const AWS = 'docs.aws.amazon.com/bedrock/latest/userguide';

const IMAGEN_RATIOS = ['1:1', '3:4', '4:3', '9:16', '16:9'];
const GEMINI_RATIOS = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];
const STABILITY_RATIOS = ['1:1', '2:3', '3:2', '4:5', '5:4', '9:16', '16:9', '9:21', '21:9'];

const imagen = {
  api: 'imagen',
  maxImages: 4,
  ratios: IMAGEN_RATIOS,
  takesImages: false,
  source: IMAGEN,
  date: DATE,
} as const;
const gemini = { api: 'gemini', maxImages: 1, takesImages: true, source: GEMINI, date: DATE } as const;

/** Google's models, the first that fits. Whatever is not Imagen is asked as Gemini's models are. */
const googleModels: readonly ImageModel[] = [
  { ...imagen, name: /imagen-4.*fast/u, tiers: ['1K'] },
  { ...imagen, name: /imagen-4/u, tiers: ['1K', '2K'] },
  { ...imagen, name: /imagen|imagegeneration/u, tiers: ['1K'] },
  { ...gemini, name: /gemini-2\.0/u, ratios: [], tiers: ['1K'] },
  { ...gemini, name: /gemini-3/u, ratios: GEMINI_RATIOS, tiers: ['1K', '2K', '4K'] },
  { ...gemini, name: /^/u, ratios: GEMINI_RATIOS, tiers: ['1K'] },
];

const bedrockModels: readonly ImageModel[] = [
  {
    name: /amazon\.nova-canvas/u,
    api: 'nova',
    maxImages: 5,
    ratios: [],
    tiers: [],
    takesImages: true,
    source: 'docs.aws.amazon.com/nova/latest/userguide/image-gen-req-resp-structure.html',
    date: DATE,
  },
  {
    name: /amazon\.titan-image/u,
    api: 'titan',
    maxImages: 5,
    ratios: [],
    tiers: [],
    takesImages: true,
    source: `${AWS}/model-parameters-titan-image.html`,
    date: DATE,
  },
  {
    name: /stability\.(?:sd3|stable-image-(?:core|ultra))/u,
    api: 'stability',
    maxImages: 1,
    ratios: STABILITY_RATIOS,
    tiers: ['1K'],
    takesImages: false,
    source: `${AWS}/model-parameters-diffusion-3-5-large.html, ${AWS}/model-parameters-diffusion-stable-ultra-text-image-request-response.html`,
    date: DATE,
  },
];

/** What is known of a model at Gemini and Vertex AI. @param model - as the provider calls it */
export function googleImageModel(model: string): ImageModel {
  const found = modelIn(googleModels, model);
  if (found === undefined) throw new RangeError('the last row fits every model');
  return found;
}

/** What is known of a model on Bedrock; undefined where it makes no images, or is not known. */
export function bedrockImageModel(model: string): ImageModel | undefined {
  return modelIn(bedrockModels, model);
}

function modelIn(models: readonly ImageModel[], model: string): ImageModel | undefined {
  return models.find(({ name }) => name.test(model.toLowerCase()));
}
