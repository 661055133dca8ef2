import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../../src/config/load/load.ts';
import { formatProblem } from '../../../src/config/load/problem.ts';
import { describeConfig } from '../../../src/config/pages/describe.ts';
import type { FuzzTarget } from '../target.ts';

const EXAMPLES = join(import.meta.dirname, '../../system/conformance/higress');
const NAMES = ['openai.yaml', 'vertex.yaml', 'bedrock.yaml'];

const SECRET = 'Zq9XWv0123456789abcd';
/** In the form of a vendor's key, wherever in a text it is put. */
const HELD = `-sk-${SECRET}`;

/**
 * A text is a configuration, or its problems are listed, and its reader never throws. Whatever is said of it gives away nothing
 * of what a variable or a file holds.
 */
export function configurations(): FuzzTarget {
  const seeds = NAMES.map((name) => readFileSync(join(EXAMPLES, name)));
  const json = {
    providers: [
      {
        id: 'a',
        type: 'openai',
        apiTokens: ['k1', 'k2'],
        modelMapping: { 'gpt-*': 'x' },
        failover: { enabled: true },
      },
      { id: 'b', type: 'azure', azureServiceUrl: 'https://a.example/openai', apiTokens: ['k'] },
      {
        id: 'c',
        type: 'claude',
        proxy: 'http://u:${X}@proxy.example:3128',
        apiTokens: ['${X}', { key: '${file:x}', name: 'n', proxy: 'socks5://${X}:${file:x}@h' }],
      },
    ],
    routes: [{ model: '*', to: ['a', 'b'] }],
    clients: [{ name: 'c', token: 't' }],
    limits: { deadline: '1m' },
    verdicts: [{ id: 'v', when: { status: 400, says: 'x' }, class: 'key_dead' }],
  };
  return {
    name: 'configurations',
    newInputs: 200,
    words: [
      'providers:',
      '- id: a',
      'type: ollama',
      '${X}',
      '${file:x}',
      'proxy: ',
      '${',
      '<<: *a',
      '&a ',
      '!!binary ',
      '---\n',
      'apiTokens:',
      '?',
    ],
    seeds: [...seeds, Buffer.from(JSON.stringify(json))],
    run: (input) => {
      const files = new Map([['/pool/x', { ok: true, text: HELD } as const]]);
      const result = parseConfig(input.toString(), { env: { X: HELD }, path: '/pool/f.yaml', files });
      const found = [...(result.ok ? [] : result.problems), ...(result.warnings ?? [])];
      if (!result.ok) assert.ok(result.problems.length > 0, 'refused without a problem');
      for (const { expected } of found) assert.ok(expected.length > 0);
      const said = [
        ...found.map((each) => formatProblem(each, 'f.yaml')),
        ...(result.ok ? describeConfig(result.config) : []),
      ];
      for (const line of said) assert.ok(!line.includes(SECRET), line);
    },
  };
}
