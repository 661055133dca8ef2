import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RequestLine } from '../../support/gateway.ts';
import type { Assistant } from './assistant.ts';
import { ASSISTANTS } from './assistants.ts';
import { BACKS, type Back } from './backs.ts';
import { Desk } from './desk.ts';
import { install } from './install.ts';
import { Stand } from './stand.ts';
import { HEADING, omittedText, rowText, type Row } from './table.ts';
import { TASKS, type Task } from './tasks.ts';

/* Runs coding assistants against the gateway: npm run assistants -- --help */

const USAGE = `Usage: npm run assistants [-- OPTIONS]

  --only NAME   ${ASSISTANTS.map(({ name }) => name).join(', ')}; may be repeated
  --back NAME   ${BACKS.map(({ name }) => name).join(', ')}; may be repeated
  --task NAME   ${TASKS.map(({ name }) => name).join(', ')}; may be repeated
  --keep DIR    keeps what was said and logged in DIR
`;

/** Runs one task, in folders that are gone afterwards. */
async function runTask(
  assistant: Assistant,
  back: Back,
  task: Task,
  installed: string,
  keep: string | undefined,
): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-assistant-'));
  try {
    const first = task.isBetweenFamilies ? neighbourOf(back) : back;
    await using stand = await Stand.start(folder, { assistant, first, others: back });
    const desk = new Desk(folder, assistant, installed, stand);
    await mkdir(desk.folder);
    const start = performance.now();
    const wrong = [...(await task.run(desk))];
    const seconds = (performance.now() - start) / 1_000;
    if (!(await stand.isDyingKeyOut())) wrong.push('the key that died is still in service');
    await stand.stop();
    const { requests } = stand;
    const failovers = requests.filter(({ failed = [] }) => failed.length > 0).length;
    wrong.push(...requests.filter(isLost).map(describeLoss));
    if (failovers === 0) wrong.push('no request met the key that died');
    const row = {
      assistant: assistant.name,
      back: back.name,
      task: task.name,
      requests: requests.length,
      failovers,
      seconds,
      wrong,
    };
    if (keep !== undefined) await keepRecord(keep, row, desk, stand);
    return row;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The family that a conversation comes from, where it changes. */
function neighbourOf(back: Back): Back {
  return BACKS[(BACKS.indexOf(back) + 1) % BACKS.length] ?? back;
}

/** A stream that broke began with 200 and has the verdict of its end; a count may be the gateway's own estimate. */
function isLost({ status, stream = false, verdict = 'ok', code }: RequestLine): boolean {
  return status >= 400 || code !== undefined || (stream && verdict !== 'ok');
}

function describeLoss({ method, path, status, code = '' }: RequestLine): string {
  return `${method} ${path}: ${status} ${code}`;
}

async function keepRecord(folder: string, row: Row, desk: Desk, stand: Stand): Promise<void> {
  await mkdir(folder, { recursive: true });
  const name = `${row.assistant}-${row.back}-${row.task}`;
  await writeFile(join(folder, `${name}.txt`), desk.allSaid);
  await writeFile(join(folder, `${name}.requests.json`), JSON.stringify(stand.requests, undefined, 1));
  await writeFile(join(folder, `${name}.received.json`), JSON.stringify(stand.received, undefined, 1));
}

/** @throws for a name that nothing has */
function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[] = [],
): readonly T[] {
  const unknown = names.find((name) => all.every((each) => each.name !== name));
  if (unknown !== undefined) throw new TypeError(`Nothing is called ${unknown}.`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      back: { type: 'string', multiple: true },
      task: { type: 'string', multiple: true },
      keep: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const assistants = chosen(ASSISTANTS, values.only);
  const backs = chosen(BACKS, values.back);
  const tasks = chosen(TASKS, values.task);
  const installed = await install(assistants);
  process.stdout.write(`${HEADING}\n`);
  let failed = 0;
  for (const assistant of assistants)
    for (const back of backs)
      for (const task of tasks) {
        if (task.goesOn && assistant.cannotGoOn !== undefined && back.name === assistant.family) {
          const names = { assistant: assistant.name, back: back.name, task: task.name };
          process.stdout.write(`${omittedText(names, assistant.cannotGoOn)}\n`);
          continue;
        }
        const row = await runTask(assistant, back, task, installed, values.keep);
        process.stdout.write(`${rowText(row)}\n`);
        if (row.wrong.length > 0) failed += 1;
      }
  process.stdout.write(failed === 0 ? 'All was done.\n' : `${failed} failed.\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
