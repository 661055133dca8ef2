import type { ErrorForm } from '../operations/operation.ts';

/** What an error says, before it is written. */
export interface ErrorWords {
  readonly status: number;
  readonly message: string;
  /** A stable word: the gateway's, or the provider's own. */
  readonly code: string | undefined;
}

/** How an error is written by vendors with an API of their own. */
export type VendorErrorForm = Extract<
  ErrorForm,
  'bedrock-converse' | 'text' | 'cohere' | 'dashscope' | 'minimax' | 'tencent'
>;

/** The body of an error as the vendor's clients read it. */
export function vendorErrorObject(form: VendorErrorForm, error: ErrorWords): object {
  const { message, code } = error;
  switch (form) {
    case 'bedrock-converse':
      // smithy.io/2.0/aws/protocols/aws-restjson1-protocol: its type makes the exception.
      return { __type: awsException(error), message, ...(code !== undefined && { reason: code }) };
    case 'text':
      return { error: message };
    case 'cohere':
      return { message, ...(code !== undefined && { code }) };
    case 'dashscope':
      return { code: code ?? 'InternalError', message };
    case 'minimax':
      return { base_resp: { status_code: MINIMAX_CODES[error.status] ?? 1000, status_msg: message } };
    case 'tencent':
      return { Response: { Error: { Code: code ?? 'InternalError', Message: message } } };
  }
}

/** The same as what ends a stream that has begun, of those vendors who write it otherwise there. */
export function vendorErrorFrame(form: ErrorForm, error: ErrorWords): object | undefined {
  const { message } = error;
  switch (form) {
    case 'cohere':
      // docs.cohere.com/reference/chat-stream: the last event has the error, and the reason to stop is one.
      return { type: 'message-end', delta: { finish_reason: 'ERROR', error: message } };
    case 'tencent':
      // cloud.tencent.com/document/api/1729/105701.
      return { ErrorMsg: { Msg: message, Code: error.status } };
    default:
      return undefined;
  }
}

/** docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html, and those of InvokeModel. */
const AWS_EXCEPTIONS: Readonly<Record<number, string>> = {
  401: 'AccessDeniedException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  429: 'ThrottlingException',
  503: 'ServiceUnavailableException',
  504: 'ModelTimeoutException',
};

/** The exception that AWS's clients raise for a status. */
export function awsException({ status }: ErrorWords): string {
  return AWS_EXCEPTIONS[status] ?? (status < 500 ? 'ValidationException' : 'InternalServerException');
}

/** platform.minimaxi.com/document/error-code: unknown errors have 1000. */
const MINIMAX_CODES: Readonly<Record<number, number>> = {
  400: 2013,
  401: 1004,
  403: 1004,
  408: 1001,
  429: 1002,
  504: 1001,
};
