import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { CallOptions } from '../../../src/translate/codec.ts';
import { countByLength, estimateTokens } from '../../../src/translate/tokens/estimate-tokens.ts';

/** One token for each word: what is counted can be told from what is not. */
const countWords = (text: string): number => text.split(/\s+/u).filter((word) => word !== '').length;

function estimate(options: Partial<CallOptions>, model = 'some-model'): number {
  const prompt = options.prompt ?? [];
  return estimateTokens({ options: { ...options, prompt } }, model, countWords);
}

const NOTHING = estimate({});

void suite('an estimate of tokens', () => {
  void test('holds all texts of a conversation, and thinking of earlier turns not', () => {
    const prompt: CallOptions['prompt'] = [
      { role: 'system', content: 'one two' },
      { role: 'user', content: [{ type: 'text', text: 'three' }] },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'not this one' },
          { type: 'tool-call', toolCallId: 'c', toolName: 'four', input: 'five six' },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c',
            toolName: 'four',
            output: { type: 'content', value: [{ type: 'text', text: 'seven eight' }] },
          },
        ],
      },
    ];
    const empty: CallOptions['prompt'] = [
      { role: 'system', content: '' },
      { role: 'user', content: [] },
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c', toolName: '', input: '' }] },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', toolCallId: 'c', toolName: '', output: { type: 'text', value: '' } },
        ],
      },
    ];
    assert.equal(estimate({ prompt }) - estimate({ prompt: empty }), 8);
  });

  void test('holds tools, and what Claude is told of how to call them', () => {
    const tools: CallOptions['tools'] = [
      { type: 'function', name: 'a', description: 'b c', inputSchema: { type: 'object' } },
    ];
    const plain = estimate({ tools });
    assert.ok(plain > NOTHING + 3);
    assert.equal(estimate({ tools }, 'claude-sonnet-4-5') - plain, 346);
    assert.equal(estimate({ tools, toolChoice: { type: 'required' } }, 'claude-sonnet-4-5') - plain, 313);
    assert.equal(estimate({}, 'claude-sonnet-4-5'), NOTHING);
  });

  void test('by length takes other scripts for more than English', () => {
    assert.equal(countByLength('abcdefgh'), 2);
    assert.ok(countByLength('今天天气很好公园') > countByLength('abcdefgh') * 2);
  });
});

const tokensOf = (mediaType: string, data: string | Buffer | URL): number =>
  estimate({
    prompt: [
      {
        role: 'user',
        content: [
          {
            type: 'file',
            mediaType,
            data:
              data instanceof URL
                ? { type: 'url', url: data }
                : { type: 'data', data: typeof data === 'string' ? data : data.toString('base64') },
          },
        ],
      },
    ],
  }) - estimate({ prompt: [{ role: 'user', content: [] }] });

const png = (width: number, height: number): Buffer => {
  const bytes = Buffer.alloc(24);
  bytes.write('\x89PNG\r\n\x1a\n', 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};
const jpeg = (width: number, height: number): Buffer => {
  const metadata = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8]);
  const size = Buffer.alloc(8);
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  return Buffer.concat([metadata, size]);
};
const gif = (width: number, height: number): Buffer => {
  const bytes = Buffer.from('GIF89a\0\0\0\0', 'latin1');
  bytes.writeUInt16LE(width, 6);
  bytes.writeUInt16LE(height, 8);
  return bytes;
};
const webp = (width: number, height: number): Buffer => {
  const bytes = Buffer.alloc(30);
  bytes.write('RIFF\0\0\0\0WEBPVP8X', 'latin1');
  bytes.writeUIntLE(width - 1, 24, 3);
  bytes.writeUIntLE(height - 1, 27, 3);
  return bytes;
};

const pdf = (pages: number): string =>
  Buffer.from(`%PDF-1.4 /Type /Pages ${'<< /Type /Page >> '.repeat(pages)}`).toString('base64');

void suite('a file in an estimate', () => {
  for (const [name, make] of Object.entries({ png, jpeg, gif, webp })) {
    void test(`costs what its pixels cost: ${name}`, () => {
      // 750 × 100 / 750
      assert.equal(tokensOf(`image/${name}`, make(750, 100)), 100);
      assert.equal(
        tokensOf(`image/${name}`, make(10_000, 10_000)),
        1600,
        'no more than one that was made smaller',
      );
    });
  }

  void test('costs as much as any where nothing is known of it', () => {
    assert.equal(tokensOf('image/png', new URL('https://example.com/a.png')), 1600);
    for (const bytes of [png(9, 9).subarray(0, 20), jpeg(9, 9).subarray(0, 14), Buffer.from('x')])
      assert.equal(tokensOf('image/*', bytes), 1600);
  });

  void test('costs its pages where it is a PDF, and its words where it is text', () => {
    assert.equal(tokensOf('application/pdf', pdf(3)), 3 * tokensOf('application/pdf', pdf(1)));
    assert.equal(tokensOf('application/pdf', new URL('https://example.com/a.pdf')), 2250);
    assert.equal(tokensOf('text/plain', Buffer.from('one two three')), 3);
  });
});
