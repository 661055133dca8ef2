import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../../src/config/load/load.ts';
import type { FuzzTarget } from '../target.ts';

const EXAMPLES = join(import.meta.dirname, '../../system/conformance/higress');
const NAMES = ['openai.yaml', 'vertex.yaml', 'bedrock.yaml'];

/** A text is a configuration, or its problems are listed, and its reader never throws. */
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
      const result = parseConfig(input.toString(), { env: { X: 'x' } });
      if (result.ok) return;
      assert.ok(result.problems.length > 0, 'refused without a problem');
      for (const { expected } of result.problems) assert.ok(expected.length > 0);
    },
  };
}
