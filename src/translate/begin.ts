import type { CallOptions, FarSide, GenerateResult, StreamPart } from './asked.ts';
import type { Course } from './course.ts';
import { Line } from './line.ts';

/** What was asked of the package, and waits for its answer. */
export type Asking =
  | { readonly kind: 'whole'; readonly result: Promise<GenerateResult> }
  | { readonly kind: 'stream'; readonly result: Promise<{ readonly stream: ReadableStream<StreamPart> }> };

/** A package that was asked, and the line that it waits on. */
export interface Begun {
  readonly line: Line;
  readonly asking: Asking;
}

/** Asks a package; it is loaded when it is first needed. */
export function begin(
  { model, manner, stream }: Pick<Course, 'model' | 'manner' | 'stream'>,
  far: FarSide,
  options: CallOptions,
): Begun {
  const line = new Line();
  const loaded = far.model(model, line.fetch, manner);
  const asking: Asking = stream
    ? { kind: 'stream', result: loaded.then((it) => it.doStream(options)) }
    : { kind: 'whole', result: loaded.then((it) => it.doGenerate(options)) };
  return { line, asking };
}
