import type { CallOptions, ProviderCodec, GenerateResult, StreamPart } from './codec.ts';
import type { TranslationSpec } from './translation-spec.ts';
import { InterceptedFetch } from './intercepted-fetch.ts';

/** What was asked of the package, and waits for its answer. */
export type PendingResult =
  | { readonly kind: 'whole'; readonly result: Promise<GenerateResult> }
  | { readonly kind: 'stream'; readonly result: Promise<{ readonly stream: ReadableStream<StreamPart> }> };

/** A package that was asked, and the line that it waits on. */
export interface PackageCall {
  readonly intercepted: InterceptedFetch;
  readonly pending: PendingResult;
}

/** Asks a package; it is loaded when it is first needed. */
export function startPackageCall(
  { model, quirks, stream }: Pick<TranslationSpec, 'model' | 'quirks' | 'stream'>,
  codec: ProviderCodec,
  options: CallOptions,
): PackageCall {
  const intercepted = new InterceptedFetch();
  const loaded = codec.loadModel(model, intercepted.fetch, quirks);
  const pending: PendingResult = stream
    ? { kind: 'stream', result: loaded.then((it) => it.doStream(options)) }
    : { kind: 'whole', result: loaded.then((it) => it.doGenerate(options)) };
  return { intercepted, pending };
}
