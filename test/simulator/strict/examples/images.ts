import { PIXEL, type Body, type RuleExamples } from '../rule-example.ts';

function predict(parameters: Body, prompt = 'a cat'): Body {
  return { instances: [{ prompt }], parameters };
}

/** Of Imagen's rules. */
export const geminiImageExamples: RuleExamples = {
  'predict-shape': {
    pairs: [
      [predict({ sampleCount: 5 }), predict({ sampleCount: 4 })],
      [predict({ aspectRatio: '3:2' }), predict({ aspectRatio: '4:3' })],
      [predict({ n: 1 }), predict({})],
      [predict({}, ''), predict({ outputOptions: { mimeType: 'image/jpeg', compressionQuality: 75 } })],
      [predict({ sampleImageSize: '4K' }), predict({ sampleImageSize: '2K', includeRaiReason: true })],
    ],
  },
};

function textImage(imageGenerationConfig: Body, text = 'a cat'): Body {
  return { taskType: 'TEXT_IMAGE', textToImageParams: { text }, imageGenerationConfig };
}

function variation(...images: readonly string[]): Body {
  return { taskType: 'IMAGE_VARIATION', imageVariationParams: { images } };
}

/** Of the rules of models that make images on Bedrock. */
export const bedrockImageExamples: RuleExamples = {
  'nova-canvas-shape': {
    model: 'amazon.nova-canvas-v1:0',
    pairs: [
      [textImage({ numberOfImages: 6 }), textImage({ numberOfImages: 5 })],
      [textImage({ width: 1000, height: 1000 }), textImage({ width: 1008, height: 1008 })],
      [textImage({ quality: 'hd' }), textImage({ quality: 'premium' })],
      [textImage({}, 'x'.repeat(1025)), textImage({}, 'x'.repeat(1024))],
      [{ ...textImage({}), size: '1024x1024' }, textImage({})],
      [variation(), variation(PIXEL)],
    ],
  },
  'titan-image-shape': {
    model: 'amazon.titan-image-generator-v2:0',
    pairs: [
      [textImage({ width: 1792, height: 1024 }), textImage({ width: 1280, height: 768 })],
      [textImage({}, 'x'.repeat(513)), textImage({}, 'x'.repeat(512))],
    ],
  },
  'stability-shape': {
    model: 'stability.sd3-5-large-v1:0',
    pairs: [
      [
        { prompt: 'a cat', aspect_ratio: '4:3' },
        { prompt: 'a cat', aspect_ratio: '3:2' },
      ],
      [{ prompt: '' }, { prompt: 'a cat', output_format: 'png' }],
      [{ text_prompts: [{ text: 'a cat' }] }, { prompt: 'a cat' }],
    ],
  },
};
