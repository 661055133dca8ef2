import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../../src/base/json.ts';
import type { Dialect } from '../../../src/dialects/operations/operation.ts';
import { NO_QUIRKS } from '../../../src/translate/codec.ts';
import type { ProviderQuirks } from '../../../src/translate/codec.ts';
import { imageTranslationOf } from '../../../src/translate/images/translations.ts';
import { WithheldAnswer } from '../../../src/translate/response-translator.ts';
import type { WholeRequest, WholeTranslation } from '../../../src/translate/whole-translation.ts';

const PIXEL = 'iVBORw0KGgo=';
const PNG = `data:image/png;base64,${PIXEL}`;
const GOOGLE = 'gemini-generate';
const BEDROCK = 'bedrock-converse';
const IMAGEN = 'imagen-4.0-generate-001';
const FLASH = 'gemini-2.5-flash-image';
const PRO = 'gemini-3-pro-image-preview';
const NOVA = 'amazon.nova-canvas-v1:0';
const TITAN = 'amazon.titan-image-generator-v2:0';
const SD = 'stability.sd3-5-large-v1:0';
const AT_VERTEX = { ...NO_QUIRKS, namesImageFormat: true };

function translationFor(operation: string, dialect: Dialect): WholeTranslation {
  const translation = imageTranslationOf(operation, dialect);
  assert.ok(translation !== undefined);
  return translation;
}

function requested(
  dialect: Dialect,
  model: string,
  body: Json,
  {
    operation = 'images.generations',
    quirks = NO_QUIRKS,
  }: { operation?: string; quirks?: ProviderQuirks } = {},
): WholeRequest {
  return translationFor(operation, dialect).translateRequest({ prompt: 'a cat', ...body }, model, quirks);
}

/** What Imagen is sent beside the prompt, and what every request of it has. */
function imagen(parameters: object = {}): object {
  return {
    instances: [{ prompt: 'a cat' }],
    parameters: { sampleCount: 1, includeRaiReason: true, ...parameters },
  };
}

function gemini(imageConfig?: object, parts: readonly object[] = [{ text: 'a cat' }]): object {
  return {
    contents: [{ role: 'user', parts }],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      ...(imageConfig !== undefined && { imageConfig }),
    },
  };
}

function amazon(imageGenerationConfig: object): object {
  return { taskType: 'TEXT_IMAGE', textToImageParams: { text: 'a cat' }, imageGenerationConfig };
}

const inline = { inlineData: { mimeType: 'image/png', data: PIXEL } };

const elsewhere = { fileData: { mimeType: 'image/webp', fileUri: 'https://example.com/a.webp' } };

interface Sent {
  readonly what: string;
  readonly dialect: Dialect;
  readonly model: string;
  readonly body: Json;
  readonly sent: object;
  readonly dropped?: readonly string[];
  readonly operation?: string;
  readonly quirks?: ProviderQuirks;
}

const SENT: readonly Sent[] = [
  {
    what: 'Imagen makes one unless more are asked for',
    dialect: GOOGLE,
    model: IMAGEN,
    body: {},
    sent: imagen(),
  },
  {
    what: 'Imagen by the nearest of its ratios',
    dialect: GOOGLE,
    model: IMAGEN,
    body: { n: 3, size: '1792x1024', quality: 'auto', output_format: 'jpeg', output_compression: 80 },
    sent: imagen({
      sampleCount: 3,
      aspectRatio: '16:9',
      sampleImageSize: '2K',
      outputOptions: { mimeType: 'image/jpeg', compressionQuality: 80 },
    }),
  },
  {
    what: 'Imagen makes four at most, and tells what it has no words for',
    dialect: GOOGLE,
    model: IMAGEN,
    body: {
      n: 10,
      size: '1536x1024',
      style: 'vivid',
      user: 'u',
      response_format: 'url',
      output_format: 'webp',
    },
    sent: imagen({ sampleCount: 4, aspectRatio: '4:3', sampleImageSize: '2K' }),
    dropped: ['style', 'user', 'response_format', 'n', 'size', 'output_format'],
  },
  {
    what: 'the fast Imagen has one size',
    dialect: GOOGLE,
    model: 'imagen-4.0-fast-generate-001',
    body: { size: '2048x2048' },
    sent: imagen({ aspectRatio: '1:1' }),
    dropped: ['size'],
  },
  {
    what: 'Gemini makes one',
    dialect: GOOGLE,
    model: FLASH,
    body: { n: '2', size: '1024x1536', quality: 'high', moderation: 'low' },
    sent: gemini({ aspectRatio: '2:3' }),
    dropped: ['moderation', 'n', 'quality', 'size'],
  },
  {
    what: 'Gemini 3 has larger ones',
    dialect: GOOGLE,
    model: PRO,
    body: { size: '1024x1536', output_format: 'png', background: 'opaque' },
    sent: gemini({ aspectRatio: '2:3', imageSize: '2K' }),
  },
  {
    what: 'Gemini’s own API names no format',
    dialect: GOOGLE,
    model: FLASH,
    body: { output_format: 'jpeg', output_compression: 50 },
    sent: gemini(),
    dropped: ['output_format', 'output_compression'],
  },
  {
    what: 'Vertex AI does',
    dialect: GOOGLE,
    model: FLASH,
    body: { output_format: 'jpeg', output_compression: 50 },
    quirks: AT_VERTEX,
    sent: gemini({ imageOutputOptions: { mimeType: 'image/jpeg', compressionQuality: 50 } }),
  },
  {
    what: 'Gemini 2.0 has no sizes',
    dialect: GOOGLE,
    model: 'gemini-2.0-flash-exp',
    body: { size: '1024x1024' },
    sent: gemini(),
  },
  {
    what: 'an edit has its images before the prompt',
    dialect: GOOGLE,
    model: FLASH,
    operation: 'images.edits',
    body: {
      image: [PNG, 'https://example.com/a.webp'],
      images: [{ image_url: PNG }, { image_url: { url: PNG } }],
      image_url: { url: PNG },
    },
    sent: gemini(undefined, [inline, inline, inline, elsewhere, inline, { text: 'a cat' }]),
  },
  {
    what: 'a variation needs no prompt',
    dialect: GOOGLE,
    model: FLASH,
    operation: 'images.variations',
    body: { image: PNG, prompt: '' },
    sent: gemini(undefined, [inline, { text: 'Make a variation of this image.' }]),
  },
  {
    what: 'Nova Canvas takes pixels and two qualities',
    dialect: BEDROCK,
    model: NOVA,
    body: { n: 5, size: '1792x1024', quality: 'hd' },
    sent: amazon({ numberOfImages: 5, width: 1792, height: 1024, quality: 'premium' }),
  },
  {
    what: 'Nova Canvas makes nothing smaller than 320 pixels',
    dialect: BEDROCK,
    model: NOVA,
    body: { n: 6, size: '256x256', quality: 'superb', output_format: 'webp' },
    sent: amazon({ numberOfImages: 5, width: 320, height: 320 }),
    dropped: ['n', 'size', 'quality', 'output_format'],
  },
  {
    what: 'Titan has sizes of its own',
    dialect: BEDROCK,
    model: TITAN,
    body: { size: '1024x1536', quality: 'medium' },
    sent: amazon({ numberOfImages: 1, width: 768, height: 1152, quality: 'standard' }),
    dropped: ['size'],
  },
  {
    what: 'a variation on Bedrock',
    dialect: BEDROCK,
    model: NOVA,
    operation: 'images.variations',
    body: { image: [PNG], prompt: undefined },
    sent: {
      taskType: 'IMAGE_VARIATION',
      imageVariationParams: { images: [PIXEL] },
      imageGenerationConfig: { numberOfImages: 1 },
    },
  },
  {
    what: 'Stability’s models',
    dialect: BEDROCK,
    model: SD,
    body: { n: 2, size: '1024x1536', output_format: 'jpeg' },
    sent: { prompt: 'a cat', aspect_ratio: '2:3', output_format: 'jpeg' },
    dropped: ['n', 'size'],
  },
];

void describe('images requested', () => {
  for (const { what, dialect, model, body, sent, dropped = [], ...more } of SENT) {
    void it(what, () => {
      const request = requested(dialect, model, body, more);
      assert.deepEqual(request.body, sent);
      assert.deepEqual(request.dropped, dropped);
    });
  }

  void it('have the ratios and sizes that the Higress plugin documents', () => {
    const documented: Readonly<Record<string, readonly string[]>> = {
      '1:1': ['256x256', '512x512', '1024x1024'],
      '16:9 2K': ['1792x1024'],
      '9:16 2K': ['1024x1792'],
      '1:1 2K': ['2048x2048'],
      '1:1 4K': ['4096x4096'],
      '3:2 2K': ['1536x1024'],
      '2:3 2K': ['1024x1536'],
      '4:3': ['1024x768', '1365x1024'],
      '3:4': ['768x1024', '1024x1365'],
      '5:4': ['1280x1024'],
      '4:5': ['1024x1280'],
      '21:9 2K': ['2560x1080'],
    };
    for (const [expected, sizes] of Object.entries(documented)) {
      const [aspectRatio, imageSize] = expected.split(' ');
      for (const size of sizes) {
        const { body } = requested(GOOGLE, PRO, { size });
        assert.deepEqual(body, gemini({ aspectRatio, ...(imageSize !== undefined && { imageSize }) }), size);
      }
    }
  });

  void it('go where the model is asked', () => {
    assert.equal(requested(GOOGLE, IMAGEN, {}).target.path, `/models/${IMAGEN}:predict`);
    assert.equal(requested(GOOGLE, FLASH, {}).target.path, `/models/${FLASH}:generateContent`);
    assert.equal(requested(BEDROCK, NOVA, {}).target.path, '/model/amazon.nova-canvas-v1%3A0/invoke');
  });

  const refused: readonly [what: string, dialect: Dialect, model: string, body: Json, says: RegExp][] = [
    ['a mask', GOOGLE, FLASH, { image: PNG, mask: PNG }, /mask/u],
    ['a transparent background', GOOGLE, FLASH, { background: 'transparent' }, /transparent/u],
    ['a stream', BEDROCK, NOVA, { stream: true }, /stream/u],
    ['no prompt', BEDROCK, SD, { prompt: '' }, /prompt/u],
    ['no number', GOOGLE, IMAGEN, { n: 'many' }, /`n`/u],
    ['more than OpenAI has', GOOGLE, IMAGEN, { n: 11 }, /`n`/u],
    ['a size in words', BEDROCK, NOVA, { size: 'large' }, /`size`/u],
    ['an image for Imagen', GOOGLE, IMAGEN, { image: PNG }, /text alone/u],
    ['a stored file', GOOGLE, FLASH, { images: [{ file_id: 'file-1' }] }, /neither a URL nor data/u],
    ['a model that makes none', BEDROCK, 'amazon.nova-pro-v1:0', {}, /Nova Canvas/u],
  ];
  for (const [what, dialect, model, body, says] of refused) {
    void it(`with ${what} are refused`, () => {
      assert.throws(() => requested(dialect, model, body), { name: 'NotExpressible', message: says });
    });
  }

  void it('that are made of an image are refused where there is none', () => {
    for (const operation of ['images.edits', 'images.variations'])
      for (const model of [FLASH, IMAGEN])
        assert.throws(() => requested(GOOGLE, model, {}, { operation }), /it has no `image`/u);
  });
});

const CONTEXT = { id: 'r1', model: 'mine', acceptedAt: 12_345, body: {}, query: '' };

function answered(dialect: Dialect, answer: Json): object | undefined {
  return translationFor('images.generations', dialect).translateResponse(answer, CONTEXT, {});
}

void describe('images answered', () => {
  void it('by Imagen, without those that were filtered', () => {
    const made = { mimeType: 'image/jpeg', bytesBase64Encoded: PIXEL, prompt: 'a cat, better' };
    assert.deepEqual(answered(GOOGLE, { predictions: [made, { raiFilteredReason: 'no' }] }), {
      created: 12,
      data: [{ b64_json: PIXEL, revised_prompt: 'a cat, better' }],
      output_format: 'jpeg',
    });
  });

  void it('by Gemini, without its thoughts, and with what it counted', () => {
    const parts = [{ text: 'Here.' }, { ...inline, thought: true }, inline];
    const usageMetadata = {
      promptTokenCount: 270,
      candidatesTokenCount: 1290,
      thoughtsTokenCount: 10,
      totalTokenCount: 1570,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 12 },
        { modality: 'IMAGE', tokenCount: 258 },
      ],
    };
    assert.deepEqual(answered(GOOGLE, { candidates: [{ content: { parts } }], usageMetadata }), {
      created: 12,
      data: [{ b64_json: PIXEL }],
      output_format: 'png',
      usage: {
        input_tokens: 270,
        input_tokens_details: { text_tokens: 12, image_tokens: 258 },
        output_tokens: 1300,
        total_tokens: 1570,
      },
    });
  });

  void it('by Bedrock’s models', () => {
    const data = [{ b64_json: PIXEL }];
    assert.deepEqual(answered(BEDROCK, { images: [PIXEL], error: 'one was blocked' }), { created: 12, data });
    assert.deepEqual(answered(BEDROCK, { seeds: [1], finish_reasons: [null], images: [PIXEL] }), {
      created: 12,
      data,
    });
  });

  const withheld: readonly [what: string, dialect: Dialect, answer: Json, code: string, says: RegExp][] = [
    ['Imagen', GOOGLE, { predictions: [{ raiFilteredReason: 'R1' }] }, 'moderation_blocked', /R1/u],
    ['Imagen, without a word', GOOGLE, {}, 'moderation_blocked', /filter$/u],
    [
      'Gemini',
      GOOGLE,
      { candidates: [{ finishReason: 'IMAGE_SAFETY' }] },
      'moderation_blocked',
      /IMAGE_SAFETY/u,
    ],
    [
      'Gemini, the prompt',
      GOOGLE,
      { promptFeedback: { blockReason: 'OTHER' } },
      'moderation_blocked',
      /OTHER/u,
    ],
    [
      'Gemini, which talks instead',
      GOOGLE,
      { candidates: [{ finishReason: 'STOP', content: { parts: [{ text: 'I cannot.' }] } }] },
      'no_image_generated',
      /I cannot\./u,
    ],
    ['Nova', BEDROCK, { images: [], error: 'blocked' }, 'moderation_blocked', /blocked$/u],
    ['Stability', BEDROCK, { finish_reasons: ['Filter reason: prompt'] }, 'moderation_blocked', /prompt$/u],
  ];
  for (const [what, dialect, answer, code, says] of withheld) {
    void it(`with an error where they are withheld by ${what}`, () => {
      assert.throws(
        () => answered(dialect, answer),
        (error) =>
          error instanceof WithheldAnswer && error.error.code === code && says.test(error.error.message),
      );
    });
  }

  void it('with nothing are no answer', () => {
    assert.equal(answered(BEDROCK, { finish_reasons: ['Inference error'] }), undefined);
    assert.equal(answered(GOOGLE, { candidates: [{}] }), undefined);
  });
});
