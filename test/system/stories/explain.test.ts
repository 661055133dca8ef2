import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import { folderFor } from '../../support/folder.ts';
import { gatewayFor, simulatedProvider, type TestGateway } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { until } from '../../support/until.ts';

/* What the operator can learn of a key: why it is out, who decided that, on what evidence, and what comes next. */

const REVOKED = 'sk-revoked-0123456789abcdef';
const GOOD = 'sk-good-0123456789abcdef';

const decision = z.looseObject({
  effect: z.string(),
  rule: z.looseObject({ id: z.string() }).nullable(),
  status: z.number().nullable(),
  requestId: z.string().nullable(),
  node: z.string().nullable(),
  check: z.boolean(),
});
const explanation = z.looseObject({
  key: z.looseObject({ state: z.string() }),
  cause: z.string().nullable(),
  evidence: decision.nullable(),
  next: z.array(z.looseObject({ how: z.string(), at: z.string().nullable() })),
  ramp: z.looseObject({ share: z.number() }).nullable(),
  decisions: z.array(decision),
  seenFrom: z.looseObject({ node: z.string() }),
});
const choice = z.looseObject({
  providers: z.array(
    z.looseObject({
      keys: z.array(z.looseObject({ id: z.string(), obstacle: z.string().nullable(), chance: z.number() })),
    }),
  ),
});

async function explain({ adminUrl }: TestGateway, id: string): Promise<z.infer<typeof explanation>> {
  const answer = await fetch(`${adminUrl}/api/keys/${id}/explain`);
  return explanation.parse(await answer.json());
}

async function chanceOf({ adminUrl }: TestGateway, id: string): Promise<number | undefined> {
  const answer = await fetch(`${adminUrl}/api/choice?model=gpt-5`);
  const [provider] = choice.parse(await answer.json()).providers;
  return provider?.keys.find((key) => key.id === id)?.chance;
}

void test('a revoked key is explained end to end: which request, judged where, tried when, and how it came back', async (t) => {
  const state = { path: join(await folderFor(t), 'state.db') };
  const provider = {
    failover: { enabled: true, healthCheckModel: 'gpt-5-nano', healthCheckInterval: '200ms' },
  };
  const gateway = await gatewayFor(t, {
    keys: [REVOKED, GOOD],
    provider,
    state,
    behaviours: { [REVOKED]: [{ kind: 'invalid-key' }] },
  });
  const other = await gatewayFor(t, {
    state,
    config: { providers: [simulatedProvider(gateway.sim, [REVOKED, GOOD], provider)] },
  });
  const { id } = await gateway.keyOf(REVOKED);
  assert.equal(await chanceOf(gateway, id), 0.5);

  await until(async () => {
    assert.equal((await ask(gateway.url)).status, 200, 'no client hears of it');
    return (await explain(gateway, id)).cause !== null;
  });

  // Both nodes tell the same story, and the request it names is the one in the log.
  await until(async () => (await explain(other, id)).cause === 'key_dead');
  for (const node of [gateway, other]) {
    // That checks are free here is found out by the first of them.
    await until(async () => (await explain(node, id)).next[0]?.how === 'free-check');
    const { key, decisions, next } = await explain(node, id);
    const takenOut = decisions.find(({ effect }) => effect === 'taken-out');
    assert.deepEqual(
      [key.state, takenOut?.rule?.id, takenOut?.status],
      ['out-of-service', 'openai.key-invalid', 401],
    );
    assert.equal(takenOut?.node, (await explain(gateway, id)).seenFrom.node);
    const lineOf = () => gateway.requests().find((request) => request.id === takenOut?.requestId);
    await until(() => lineOf() !== undefined);
    assert.equal(lineOf()?.failed?.[0]?.key, id);
    assert.deepEqual(
      next.map(({ how }) => how),
      ['free-check'],
    );
    assert.ok(Date.parse(next[0]?.at ?? ''));
    assert.equal(await chanceOf(node, id), 0);
  }

  // Checks fail, and are told; why it was taken out is not forgotten over them.
  await until(async () => (await explain(gateway, id)).decisions.filter(({ check }) => check).length >= 3);
  const effects = (await explain(gateway, id)).decisions.map(({ effect }) => effect);
  assert.deepEqual([effects[0], effects.at(-1)], ['check-failed', 'taken-out']);

  gateway.sim.script(REVOKED, []);
  await until(async () => (await explain(gateway, id)).key.state === 'in-service');
  const back = await explain(gateway, id);
  assert.deepEqual(
    [back.cause, back.next, back.evidence?.effect, back.evidence?.check],
    [null, [], 'returned', true],
  );
  assert.ok((back.ramp?.share ?? 1) < 1, 'it gets a small share first');
  assert.ok(((await chanceOf(gateway, id)) ?? 1) < 0.5);
});
