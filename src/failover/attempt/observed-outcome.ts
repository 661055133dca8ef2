import { headerText } from '../../upstream/exchange.ts';
import { saysStream } from '../../dialects/watch/watch-answer.ts';
import { decodeBody } from '../../upstream/decode.ts';
import type { RelayEnd, UpstreamResult, ResponseHeaders } from '../../upstream/exchange.ts';
import type { Fault } from '../../upstream/faults.ts';
import type { Answered, Faulted } from '../../verdict/outcome.ts';
import type { Verdict } from '../../verdict/verdict.ts';

/**
 * What an exchange has shown when its gate opens, or when it ends before that, as data to be judged.
 * @returns undefined where it was cancelled: there is nothing to judge
 */
export function outcomeOfOpening(opening: UpstreamResult): Answered | Faulted | undefined {
  switch (opening.kind) {
    case 'cancelled':
      return undefined;
    case 'fault':
      return faulted(opening);
    case 'upgraded':
      return good(opening.status);
    case 'open': {
      const { status, headers } = opening;
      return status < 300 ? good(status) : bad(status, headers, '', 'body');
    }
    case 'whole': {
      const { status, headers, body, watch } = opening;
      if (status >= 300) return bad(status, headers, decodeBody(body, headers['content-encoding']), 'body');
      if (watch.error !== undefined) {
        return bad(status, headers, watch.error, saysStream(headers) ? 'stream' : 'body');
      }
      if (!watch.isComplete)
        return { kind: 'faulted', fault: 'no-output', detail: watch.flaw ?? 'empty', status };
      return good(status);
    }
  }
}

/**
 * What an answer that was relayed has shown at its end.
 * @returns undefined where it was cancelled, or never opened
 */
export function outcomeOfEnding(opening: UpstreamResult, ending: RelayEnd): Answered | Faulted | undefined {
  if (ending.kind === 'cancelled' || opening.kind !== 'open') return undefined;
  const { status, headers, watch } = opening;
  // Of a stream that has shown its end marker nothing is missing, whatever becomes of its connection then.
  const isAllThere = status < 300 && saysStream(headers) && watch.isComplete;
  if (ending.kind === 'fault' && !isAllThere) return faulted(ending);
  if (watch.error !== undefined)
    return bad(status, headers, watch.error, saysStream(headers) ? 'stream' : 'body');
  if (!watch.isComplete)
    return { kind: 'faulted', fault: 'broken', detail: watch.flaw ?? 'no-end-marker', status };
  return good(status);
}

/** Whether a relayed answer held an error that its reader did not see, so that it has to be reported. */
export function isErrorUnreported(opening: UpstreamResult): boolean {
  if (opening.kind !== 'open' || opening.watch.error === undefined) return false;
  return opening.watch.isErrorUnseen === true || opening.watch.isCheckedAtEnd === true;
}

/** Whether the model stopped before its first word: a good answer that says nothing. */
export function isEmptyAnswer(attempt: {
  readonly opening: UpstreamResult;
  readonly verdict: Verdict;
}): boolean {
  const { opening, verdict } = attempt;
  return 'watch' in opening && opening.watch.isEmpty === true && verdict.class === 'ok';
}

const NO_HEADERS: Readonly<Record<string, string>> = {};

/** A good answer is not looked into: it costs no copy of its headers. */
function good(status: number): Answered {
  return { kind: 'answered', status, headers: NO_HEADERS, errorText: '', where: 'none' };
}

function bad(
  status: number,
  headers: ResponseHeaders,
  errorText: string,
  where: 'body' | 'stream',
): Answered {
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, headerText(value)]));
  return { kind: 'answered', status, headers: plain, errorText, where };
}

function faulted({ fault, detail, status }: Fault): Faulted {
  return { kind: 'faulted', fault, detail, ...(status !== undefined && { status }) };
}
