import { isPresent, parseObject } from '../../base/json.ts';
import { SseScanner } from '../../dialects/scan/sse-scanner.ts';
import type { FrameSink } from '../../dialects/scan/sse-scanner.ts';
import type { ResponseTranslator, StreamTranslator } from '../../translate/response-translator.ts';
import { LARGE_BYTES, threads } from '../../translate/threads/translation-threads.ts';
import type { Sink } from '../../upstream/exchange.ts';
import { ReasoningStreamShaper, shapeWhole } from '../../translate/thinking/reasoning.ts';
import type { ReasoningShaping } from '../../translate/thinking/thinking.ts';

const DONE = '[DONE]';

/** Shapes the thinking in chat responses as the configuration wants it. */
export function reasoningTranslator(shaping: ReasoningShaping): ResponseTranslator {
  return {
    contentType: undefined,
    translateWhole: async (_, __, body) => {
      const { buffer, byteOffset, byteLength } =
        body.length > LARGE_BYTES ? await threads.shapeThinking({ body, shaping }) : shaped(body, shaping);
      return Buffer.from(buffer, byteOffset, byteLength);
    },
    translateStream: (_, out) => new ReasoningStreamTranslator(new ReasoningStreamShaper(shaping), out),
    drop: () => undefined,
  };
}

function shaped(body: Buffer, shaping: ReasoningShaping): Uint8Array {
  const text = shapeWhole(body.toString(), shaping);
  return text === undefined ? body : Buffer.from(text);
}

class ReasoningStreamTranslator implements StreamTranslator, FrameSink {
  readonly #shape: ReasoningStreamShaper;
  readonly #out: Sink;
  readonly #scanner = new SseScanner(this);
  #ready = '';

  constructor(shape: ReasoningStreamShaper, out: Sink) {
    this.#shape = shape;
    this.#out = out;
  }

  write(chunk: Buffer): boolean {
    this.#scanner.read(chunk);
    return this.#flush();
  }

  onDrain(resume: () => void): void {
    this.#out.onDrain(resume);
  }

  end(): Promise<boolean> {
    this.#scanner.end();
    this.#add(this.#shape.last());
    this.#flush();
    return Promise.resolve(true);
  }

  abort(): Promise<void> {
    this.#add(this.#shape.lastBeforeError());
    this.#flush();
    return Promise.resolve();
  }

  onFrame(name: string, bytes: Buffer, start: number, end: number): void {
    const data = bytes.toString('utf8', start, end);
    // Some servers say by its name alone that an event is an error.
    if (name === 'error' || isError(data)) this.#add(this.#shape.lastBeforeError());
    else if (data.trim() === DONE) this.#add(this.#shape.last());
    this.#add(this.#shape.frame(data), name);
  }

  onBareJson(bytes: Buffer, start: number, end: number): void {
    this.#ready += `${bytes.toString('utf8', start, end)}\n\n`;
  }

  #add(data: string | undefined, name = ''): void {
    if (data === undefined) return;
    if (name !== '') this.#ready += `event: ${name}\n`;
    this.#ready += `data: ${data.replaceAll('\n', '\ndata: ')}\n\n`;
  }

  #flush(): boolean {
    if (this.#ready === '') return true;
    const ready = Buffer.from(this.#ready);
    this.#ready = '';
    return this.#out.write(ready);
  }
}

function isError(data: string): boolean {
  return data.includes('"error"') && isPresent(parseObject(data)?.['error']);
}
