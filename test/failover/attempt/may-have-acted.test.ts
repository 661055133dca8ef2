import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayHaveActed } from '../../../src/failover/attempt/may-have-acted.ts';
import type { Answered, Faulted } from '../../../src/verdict/outcome.ts';

const HTML = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';
const OPENAI = '{"error":{"message":"The server had an error","type":"server_error","code":null}}';
const ANTHROPIC = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
const GOOGLE = '{"error":{"code":503,"message":"The model is overloaded","status":"UNAVAILABLE"}}';
/** As an API gateway words it. */
const BARE = '{"message":"Internal server error"}';
const NUMBERED = '{"statusCode":500,"message":"Internal server error"}';

function answered(status: number, errorText: string, where: Answered['where'] = 'body'): Answered {
  const headers = { 'content-type': errorText.startsWith('<') ? 'text/html' : 'application/json' };
  return { kind: 'answered', status, headers, errorText, where };
}

function faulted(fault: Faulted['fault']): Faulted {
  return { kind: 'faulted', fault, detail: 'reset' };
}

/** A stored response that is to come whole. */
const WHOLE = {
  stream: false,
  hints: { background: false },
  target: { operation: { honorsStore: true } },
};

const CASES: readonly [what: string, outcome: Answered | Faulted, acted: boolean][] = [
  ['a timeout of whoever answers, in his own words', answered(408, OPENAI), true],
  ['a proxy whose caller left', answered(499, ''), true],
  ['a bad gateway, with a page', answered(502, HTML), true],
  ['a bad gateway, in JSON', answered(502, OPENAI), true],
  ['a gateway that waited in vain', answered(504, OPENAI), true],
  ['Cloudflare without an answer', answered(520, HTML), true],
  ['Cloudflare that waited in vain', answered(524, ''), true],
  ['an empty 500', answered(500, ''), true],
  ['a 500 with a page', answered(500, HTML), true],
  ['a 500 in words that any gateway has', answered(500, BARE), true],
  ['a 500 that names its status and no more', answered(500, NUMBERED), true],
  ['a 503 in plain text', answered(503, 'upstream connect error or disconnect/reset before headers'), true],
  ['a page in the place of an answer', answered(200, HTML), true],
  ['a request that left, and no answer', faulted('maybe-sent'), true],
  ['an answer that broke off', faulted('broken'), true],
  ['an answer that never came to anything', faulted('no-output'), true],
  ['an answer that was held and broke', faulted('broken-unseen'), true],
  ['an answer that was too large for us', faulted('too-large'), true],

  ['a good answer', answered(200, '', 'none'), false],
  ['a connection that was refused', faulted('not-sent'), false],
  ['a 500 in the provider’s words', answered(500, OPENAI), false],
  ['a 503 in the provider’s words', answered(503, GOOGLE), false],
  ['an overload in the provider’s words', answered(529, ANTHROPIC), false],
  ['a method that is not spoken', answered(501, HTML), false],
  ['a handshake that failed', answered(525, HTML), false],
  ['an error inside a success', answered(200, OPENAI), false],
  ['an error event', answered(200, `data: ${OPENAI}`, 'stream'), false],
  ['a redirect', answered(307, ''), false],
  ...[400, 401, 402, 403, 404, 409, 413, 422, 425, 429].map((status): [string, Answered, boolean] => [
    `a refusal with ${status}`,
    answered(status, HTML),
    false,
  ]),
];

void describe('whether a provider may have acted', () => {
  for (const [what, outcome, acted] of CASES) {
    void it(`${what}: ${acted ? 'yes' : 'no'}`, () => {
      assert.equal(mayHaveActed(outcome, WHOLE), acted);
    });
  }

  void it('a stream that had begun and shown nothing has not', () => {
    assert.equal(mayHaveActed(faulted('no-output'), { ...WHOLE, stream: true }), false);
    assert.equal(mayHaveActed(faulted('maybe-sent'), { ...WHOLE, stream: true }), true);
  });

  void it('one that runs in the background goes on, and an image is made before it is shown', () => {
    const background = { ...WHOLE, stream: true, hints: { background: true } };
    assert.equal(mayHaveActed(faulted('no-output'), background), true);
    const image = { ...WHOLE, stream: true, target: { operation: { honorsStore: false } } };
    assert.equal(mayHaveActed(faulted('no-output'), image), true);
  });
});
