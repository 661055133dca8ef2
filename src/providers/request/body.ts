import type { Call } from '../../dialects/operations/call.ts';
import { spliceModel } from '../../dialects/scan/body-facts.ts';
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

/** The client's bytes, but for the one value that names the model. */
function withModel(call: Call, bytes: Buffer, model: string | undefined): Buffer {
  const { modelSpan, target } = call;
  if (modelSpan === undefined || model === undefined || model === call.model) return bytes;
  if (target.pathModel === undefined) return spliceModel(bytes, modelSpan, model);
  // The model is in the path; Gemini's clients may repeat it in the body.
  const written: unknown = JSON.parse(bytes.toString('utf8', modelSpan.start, modelSpan.end));
  return written === `models/${target.pathModel}` ? spliceModel(bytes, modelSpan, `models/${model}`) : bytes;
}
