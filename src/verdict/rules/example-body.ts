/* Shapes of errors, for the examples of rules. */

/** The body OpenAI and those who speak like it put an error in. */
export function openaiBody(message: string, code: string | null, type = 'invalid_request_error'): string {
  return JSON.stringify({ error: { message, type, param: null, code } });
}

/** The body of Google's APIs; the reason is that of google.rpc.ErrorInfo. */
export function googleBody(code: number, status: string, message: string, reason?: string): string {
  const details = reason === undefined ? [] : [{ reason }];
  return JSON.stringify({ error: { code, message, status, details } });
}
