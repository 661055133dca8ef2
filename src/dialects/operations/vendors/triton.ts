import { operation } from '../operation.ts';
import type { Operation, Traits } from '../operation.ts';

const MODEL: Traits = { modelIn: 'path', errorForm: 'text' };
const WHOLE: Traits = { ...MODEL, streams: 'never' };

/** A model of a version or, without one, of the server's choice. */
const MODEL_PATH = '/v2/models/{model}';
const VERSION_PATH = `${MODEL_PATH}/versions/{name}`;

/** What chats are translated to: a text in, a text out. */
export const tritonGenerate = operation('triton.generate', 'vendor', 'POST', `${MODEL_PATH}/generate`, {
  ...WHOLE,
  isChat: true,
});

/** The same, as a stream. */
export const tritonGenerateStream = operation(
  'triton.generate_stream',
  'vendor',
  'POST',
  `${MODEL_PATH}/generate_stream`,
  { ...MODEL, streams: 'always', isChat: true },
);

/**
 * Inference servers of NVIDIA's Triton, by the protocol of KServe and Triton's extension to generate:
 * docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_generate.html.
 */
export const tritonOperations: readonly Operation[] = [
  tritonGenerate,
  tritonGenerateStream,
  operation('triton.infer', 'vendor', 'POST', `${MODEL_PATH}/infer`, WHOLE),
  operation('triton.version.generate', 'vendor', 'POST', `${VERSION_PATH}/generate`, {
    ...WHOLE,
    isChat: true,
  }),
  operation('triton.version.generate_stream', 'vendor', 'POST', `${VERSION_PATH}/generate_stream`, {
    ...MODEL,
    streams: 'always',
    isChat: true,
  }),
  operation('triton.version.infer', 'vendor', 'POST', `${VERSION_PATH}/infer`, WHOLE),
];
