/** Longer, it is more than a switch. Bytes. */
const MAX_SWITCH_BYTES = 512;
/** `null`, `false`, `"none"`, `{"effort":"minimal"}`, `{"type":"disabled"}`, `{"enabled":false}`. */
const OFF = /^(?:null|false)$|"(?:none|minimal|disabled)"|"enabled"\s*:\s*false/;

/**
 * Whether a model is asked to think before it answers, by the value of `reasoning_effort` (OpenAI), `reasoning`
 * (Responses, OpenRouter), `thinking` (Anthropic and others) or `enable_thinking` (Qwen). An effort of none, or a switch
 * that is off, asks for none.
 */
export function asksForReasoning(body: Buffer, start: number, end: number): boolean {
  return end - start > MAX_SWITCH_BYTES || !OFF.test(body.toString('latin1', start, end));
}
