import type { RequestLogEntry } from '../../src/gateway/request-log-entry.ts';

/** A request that a second key answered. */
export const entry: RequestLogEntry = {
  id: 'req_1',
  method: 'POST',
  path: '/v1/chat/completions',
  client: 'web',
  operation: 'chat.completions',
  model: 'gpt-5',
  stream: true,
  route: 'gpt-*',
  provider: 'openai-main',
  key: 'kq3aaaaaaaaa',
  keyName: 'team-a',
  servedModel: 'gpt-5-mini',
  attempts: 2,
  failed: [
    {
      provider: 'openai-main',
      key: 'b7xaaaaaaaaa',
      verdict: 'key_dead',
      rule: 'openai.key-invalid',
      status: 401,
      ms: 12,
    },
  ],
  status: 200,
  verdict: 'ok',
  firstOutputMs: 120,
  durationMs: 312,
  bytesIn: 65,
  bytesOut: 1234,
};
