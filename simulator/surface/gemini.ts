import { json, SERVER_SENT_EVENTS, type Answer, type StreamAnswer } from '../answer.ts';
import { geminiErrors, geminiErrorsFor } from '../vendor-errors/gemini.ts';
import type { VendorErrors } from '../vendor-errors/vendor-errors.ts';
import type { Call } from './call.ts';
import { flawOf, questionOf, signatureOf } from './conversation.ts';
import { embeddingOf } from './embeddings.ts';
import { inCamelCase } from './gemini-names.ts';
import { geminiFlaw, geminiMessages, geminiOptions, showsThoughts } from './gemini-request.ts';
import { generateImage, predictImages, wantsImage } from './images.ts';
import { numberOf, objectOf, objectsOf, type JsonObject } from './json.ts';
import { generateOutput, type Block, type EndReason, type ModelOutput } from './model-output.ts';
import { textOf, tokensIn } from './text.ts';

/** Prepares the right answer to a call of Gemini's surface. */
export function gemini(call: Call, models: readonly string[]): Answer {
  const errors = geminiErrorsFor(call.steps, call.query);
  if (call.method === 'POST' && call.json === undefined) return errors.malformedJson;
  const request = inCamelCase(call.json ?? {});
  switch (`${call.method} ${call.operation}`) {
    case 'POST generate':
      return generate(call, request, errors);
    case 'POST count-tokens':
      return countTokens(request);
    case 'POST embeddings':
      return embed(request, call.steps);
    case 'POST images':
      return predictImages(request);
    case 'GET models':
      return listModels(call, models, errors);
    default:
      return errors.unknownUrl(call.method, call.steps.join('/'));
  }
}

/** `:generateContent` and `:streamGenerateContent` */
function generate(
  { key, model = '', chunks, steps, query }: Call,
  request: JsonObject,
  errors: VendorErrors,
): Answer {
  const messages = geminiMessages(request);
  const flaw = flawOf(messages) ?? geminiFlaw(request, model);
  if (flaw !== undefined) return errors.invalidRequest(flaw);
  if (wantsImage(request)) return generateImage(questionOf(messages).allText, model);
  const generated = generateOutput({ key, model, messages, options: geminiOptions(request), chunks });
  const answer = new GeminiAnswer(generated, model, showsThoughts(request));
  if (steps.at(-1) === 'generateContent') return json(answer.whole());
  return answer.stream(query.get('alt') === 'sse' ? SSE : LIST);
}

/** `:countTokens`; what is counted may stand in a whole request. */
function countTokens(request: JsonObject): Answer {
  const whole = objectOf(request['generateContentRequest'] ?? request);
  const tokens = tokensIn(questionOf(geminiMessages(whole)).allText);
  return json({ totalTokens: tokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: tokens }] });
}

/** `:embedContent` and `:batchEmbedContents` */
function embed(request: JsonObject, steps: readonly string[]): Answer {
  if (steps.at(-1) === 'embedContent') return json({ embedding: embedding(request) });
  return json({ embeddings: objectsOf(request['requests']).map(embedding) });
}

function embedding({ content, outputDimensionality }: JsonObject): object {
  const text = textOf(objectOf(content)['parts']);
  return { values: embeddingOf(text, numberOf(outputDimensionality)) };
}

/** `GET /v1beta/models` */
function listModels({ model }: Call, models: readonly string[], errors: VendorErrors): Answer {
  if (model === undefined) return json({ models: models.map(describeModel) });
  return models.includes(model) ? json(describeModel(model)) : errors.modelNotFound(model);
}

function describeModel(id: string): object {
  return {
    name: `models/${id}`,
    version: '001',
    displayName: id,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  };
}

const FINISH: Readonly<Record<EndReason, string>> = {
  done: 'STOP',
  length: 'MAX_TOKENS',
  tools: 'STOP',
  'stop-sequence': 'STOP',
};

/** How chunks of a stream stand in its body. */
interface Framing {
  readonly contentType: string;
  readonly before: string;
  readonly between: string;
  readonly behind: string;
  readonly end: string;
}

const SSE: Framing = {
  contentType: SERVER_SENT_EVENTS,
  before: 'data: ',
  between: 'data: ',
  behind: '\r\n\r\n',
  end: '',
};

/** Without `alt=sse` a stream is a list that grows. */
const LIST: Framing = {
  contentType: 'application/json',
  before: '[',
  between: ',\r\n',
  behind: '',
  end: ']',
};

/** One answer in the form of Gemini. */
class GeminiAnswer {
  readonly #generated: ModelOutput;
  readonly #model: string;
  readonly #blocks: readonly Block[];
  /** Of the thinking, which need not be shown; it stands with the first call, else at the end of the text. */
  readonly #signature: { readonly thoughtSignature: string } | undefined;

  constructor(generated: ModelOutput, model: string, showThoughts: boolean) {
    this.#generated = generated;
    this.#model = model;
    this.#blocks = generated.blocks.filter(({ kind }) => kind !== 'thinking' || showThoughts);
    const isSigned = generated.usage.thinking > 0 || model.includes('gemini-3');
    const thinking = generated.blocks.find(({ kind }) => kind === 'thinking');
    const signature = signatureOf(generated.tag, thinking?.pieces.join('') ?? '');
    this.#signature = isSigned ? { thoughtSignature: signature } : undefined;
  }

  whole(): object {
    const parts = this.#blocks.map((block) => ({
      ...this.#partOf(block, block.pieces.join('')),
      ...(block.kind === 'text' && this.#generated.end !== 'tools' && this.#signature),
    }));
    return this.#chunk(parts, FINISH[this.#generated.end]);
  }

  stream({ contentType, before, between, behind, end }: Framing): StreamAnswer {
    const pieces = this.#blocks.flatMap((block) =>
      (block.kind === 'call' ? [''] : block.pieces).map((piece) => this.#partOf(block, piece)),
    );
    const chunks = pieces.map((part) => this.#chunk([part]));
    const lastPart = { text: '', ...(this.#generated.end !== 'tools' && this.#signature) };
    const write = (chunk: object, at: number): string =>
      `${at === 0 ? before : between}${JSON.stringify(chunk)}${behind}`;
    return {
      kind: 'stream',
      contentType,
      preamble: [],
      output: chunks.map(write),
      ending: [write(this.#chunk([lastPart], FINISH[this.#generated.end]), chunks.length) + end],
      errorEvents: (words, sent) => [write(geminiErrors.embedded(words), sent) + end],
    };
  }

  #partOf(block: Block, text: string): object {
    switch (block.kind) {
      case 'thinking':
        return { text, thought: true };
      case 'text':
        return { text };
      case 'call': {
        const { name, input, index } = block;
        return { functionCall: { name, args: input }, ...(index === 0 && this.#signature) };
      }
    }
  }

  #chunk(parts: readonly object[], finishReason?: string): object {
    const { input, cached, output, thinking } = this.#generated.usage;
    return {
      candidates: [
        { content: { parts, role: 'model' }, index: 0, ...(finishReason !== undefined && { finishReason }) },
      ],
      usageMetadata: {
        promptTokenCount: input,
        candidatesTokenCount: output - thinking,
        totalTokenCount: input + output,
        ...(cached > 0 && { cachedContentTokenCount: cached }),
        ...(thinking > 0 && { thoughtsTokenCount: thinking }),
      },
      modelVersion: this.#model,
      responseId: `sim${this.#generated.tag}`,
    };
  }
}
