import type { Call } from '../../dialects/operations/call.ts';
import { spliceModel } from '../../dialects/scan/body-facts.ts';
import { setInObject } from '../../dialects/scan/json-edit.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';

/** A body as it leaves. */
interface RequestBody {
  readonly body: UpstreamRequest['body'];
  /** Of a body that is a stream, where it was announced. Bytes. */
  readonly length?: number;
}

/** The body of a request: the client's, but for the model's name. @param model - the provider's name for it */
export function requestBody(call: Call, model: string | undefined): RequestBody {
  const { body } = call;
  switch (body.kind) {
    case 'buffered':
      return { body: body.bytes.length === 0 ? null : withModel(call, body.bytes, model) };
    case 'streamed': {
      const head = withModel(call, body.head, model);
      body.rest.unshift(head);
      return {
        body: body.rest,
        ...(body.length !== undefined && { length: body.length + head.length - body.head.length }),
      };
    }
  }
}

/** The client's bytes, but for the one value that names the model; it is added where the client names none. */
function withModel(call: Call, bytes: Buffer, model: string | undefined): Buffer {
  const { modelSpan, target } = call;
  if (model === undefined || model === call.model) return bytes;
  if (modelSpan === undefined) return namesNone(call) ? withModelAdded(bytes, model) : bytes;
  if (target.pathModel === undefined) return spliceModel(bytes, modelSpan, model);
  // The model is in the path; Gemini's clients may repeat it in the body.
  const written: unknown = JSON.parse(bytes.toString('utf8', modelSpan.start, modelSpan.end));
  return written === `models/${target.pathModel}` ? spliceModel(bytes, modelSpan, `models/${model}`) : bytes;
}

/** Whether the client names no model where one has to stand in the body. */
function namesNone({ model, target: { operation } }: Call): boolean {
  return model === undefined && operation.modelRequired && operation.modelIn === 'json';
}

/** In place of a value that is no text, too. */
function withModelAdded(bytes: Buffer, model: string): Buffer {
  return setInObject(bytes, { path: ['model'], json: JSON.stringify(model), overwrites: true });
}
