/** The body OpenAI and those who speak like it put an error in. */
export function openaiBody(message: string, code: string | null, type = 'invalid_request_error'): string {
  return JSON.stringify({ error: { message, type, param: null, code } });
}
