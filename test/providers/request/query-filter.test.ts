import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filterQuery } from '../../../src/providers/request/query-filter.ts';

void describe('passedQuery', () => {
  const passes = [
    '',
    '?beta=true',
    '?limit=20&after=file-1&order=desc&purpose=batch',
    '?include[]=usage&include%5B%5D=logprobs&stream=true&starting_after=3',
    '?metadata[key]=a&model=gpt-5&api-version=2024-10-21&conversation_id=7',
    '?%zz&&a=1&b',
  ] as const;
  for (const query of passes) {
    void it(`passes ${query === '' ? 'nothing' : query} on as it was written`, () => {
      for (const family of ['openai', 'anthropic', 'vendor'] as const)
        assert.equal(filterQuery(query, family, false), query);
    });
  }

  const stopped = [
    'key=k',
    'api_key=k',
    'api-key=k',
    'Api_Key=k',
    '%61pi%5Fkey=k',
    'access_token=t',
    'oauth_token=t',
    'token=t',
    'token[]=t',
    'authorization=Bearer%20t',
    'subscription-key=k',
    'sig=s',
    'code=c',
    'X-Amz-Security-Token=t',
    'X-Amz-Signature=s',
    'X-Goog-Signature=s',
    'quotaUser=u',
    'userProject=p',
    '$.xgafv=1',
    '%24.xgafv=1',
    '$userProject=p',
    'organization=o',
    'openai-project=p',
    'GroupId=1',
    '_method=DELETE',
    'X-HTTP-Method-Override=DELETE',
    'callback=f',
    'a=1;access_token=t',
    'a=1%3Baccess_token=t',
    'access_token',
    '+access_token=t',
    'token[0]=t',
    'key%00=k',
    'access%E2%80%8B_token=t',
  ] as const;
  for (const pair of stopped) {
    void it(`keeps ${pair} to itself`, () => {
      for (const family of ['openai', 'anthropic', 'gemini', 'bedrock', 'vendor'] as const) {
        assert.equal(filterQuery(`?${pair}`, family, false), '');
        if (family !== 'gemini')
          assert.equal(filterQuery(`?limit=2&${pair}&after=x`, family, false), '?limit=2&after=x');
      }
      assert.equal(filterQuery(`?${pair}`, 'openai', true), `?${pair}`);
    });
  }

  void it('passes what a vendor wants of its clients, however that is written', () => {
    for (const pair of ['GroupId=1', 'group_id=1', '%47roupId=1'])
      assert.equal(filterQuery(`?a=1&${pair}&token=t`, 'vendor', false, ['groupid']), `?a=1&${pair}`);
  });

  void it('passes to Gemini what its operations have, and nothing that changes the form of an answer', () => {
    assert.equal(
      filterQuery('?alt=sse&pageSize=5&pageToken=x', 'gemini', false),
      '?alt=sse&pageSize=5&pageToken=x',
    );
    for (const pair of [
      'alt=media',
      'alt=proto',
      'fields=usageMetadata',
      '$fields=a',
      'uploadType=media',
      'x=1',
      '__proto__=1',
      '__proto__',
      'constructor=1',
    ])
      assert.equal(filterQuery(`?alt=sse&${pair}`, 'gemini', false), '?alt=sse');
  });
});
