import { effectOf } from '../../src/verdict/effect.ts';
import { judge } from '../../src/verdict/judge.ts';
import type { JudgeContext } from '../../src/verdict/judge.ts';
import type { Answered } from '../../src/verdict/outcome.ts';
import type { Verdict } from '../../src/verdict/verdict.ts';

/* Answers that providers give, and what is thought of them. */

/** An answer with a body, told as text or as what its JSON holds. */
export function answered(status: number, body: unknown): Answered {
  const errorText = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'answered', status, headers: {}, errorText, where: 'body' };
}

/** An error as OpenAI words it. */
export function openai(message: string, more: object = {}): object {
  return { error: { message, type: 'invalid_request_error', param: null, code: null, ...more } };
}

/** The verdict on an answer; at `openai` unless said otherwise. */
export function verdictOn(status: number, body: unknown, context: Partial<JudgeContext> = {}): Verdict {
  return judge(answered(status, body), { providerType: 'openai', now: 0, ...context });
}

/** A client that wrote this and nothing else. */
export function wrote(request: unknown): Pick<JudgeContext, 'isClientText'> {
  const text = typeof request === 'string' ? request : JSON.stringify(request);
  return { isClientText: (phrase) => text.includes(phrase) };
}

/** Whether it takes a key out at once. */
export function condemns(verdict: Verdict): boolean {
  return effectOf(verdict).kind === 'condemns';
}
