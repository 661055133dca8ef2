import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestLine } from '../../support/gateway.ts';
import type { Desk } from './desk.ts';

/** Something that an assistant does at one family of providers. */
export interface Task {
  readonly name: 'edit' | 'image' | 'compact' | 'change';
  /** Whether a conversation goes on in another run. */
  readonly goesOn: boolean;
  /** Whether the assistant's first model is served by another family than its second. */
  readonly isBetweenFamilies: boolean;
  /** Does it. @returns what is wrong, in a few words each */
  readonly run: (desk: Desk) => Promise<readonly string[]>;
}

/** A red dot of one pixel. */
const IMAGE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==',
  'base64',
);

/** Longer than what any assistant keeps of its conversation in the set-up for compaction; about 6,000 tokens. */
const LONG_TEXT = Array.from(
  { length: 500 },
  (_, line) => `${line}: all work and no play makes a long file`,
).join('\n');

const CITIES = ['world', 'Oslo', 'Rome'] as const;

async function editTask(
  desk: Desk,
  turn: { model: number; goesOn: boolean; from: number },
): Promise<string[]> {
  const path = join(desk.folder, 'greeting.txt');
  const [from, to] = [`hello ${CITIES[turn.from] ?? ''}`, `hello ${CITIES[turn.from + 1] ?? ''}`];
  if (turn.from === 0) await writeFile(path, `${from}\n`);
  const { read, edit } = desk.stepsOf(turn.model);
  const wrong = await desk.turn({
    model: turn.model,
    goesOn: turn.goesOn,
    words: `Edit ${path} by the plan.`,
    plan: [read(path), edit(path, from, to)],
  });
  const found = await readFile(path, 'utf8');
  return found === `${to}\n` ? wrong : [...wrong, `the file holds ${JSON.stringify(found)}, not ${to}`];
}

export const TASKS: readonly Task[] = [
  {
    name: 'edit',
    goesOn: false,
    isBetweenFamilies: false,
    run: (desk) => editTask(desk, { model: 0, goesOn: false, from: 0 }),
  },
  {
    name: 'image',
    goesOn: false,
    isBetweenFamilies: false,
    run: async (desk) => {
      const path = join(desk.folder, 'dot.png');
      await writeFile(path, IMAGE);
      const wrong = await desk.turn({
        model: 0,
        goesOn: false,
        words: `Look at ${path} by the plan.`,
        plan: [desk.stepsOf(0).view(path)],
      });
      return desk.lastSaid.includes('seen: image/') ? wrong : [...wrong, 'the model has seen no image'];
    },
  },
  {
    name: 'compact',
    goesOn: true,
    isBetweenFamilies: false,
    run: async (desk) => {
      const path = join(desk.folder, 'long.txt');
      await writeFile(path, LONG_TEXT);
      desk.setUpCompaction();
      const { read } = desk.stepsOf(0);
      const wrong = await desk.turn({
        model: 0,
        goesOn: false,
        words: `Read ${path} by the plan.`,
        plan: [read(path)],
      });
      const longest = longestOf(desk.requests);
      wrong.push(...(await desk.compact()));
      const before = desk.requests.length;
      wrong.push(...(await editTask(desk, { model: 0, goesOn: true, from: 0 })));
      const last = desk.requests.slice(before).at(-1)?.bytesIn ?? Infinity;
      if (last > longest - LONG_TEXT.length / 2)
        wrong.push(`it went on with ${last} bytes after ${longest}: nothing was summarised`);
      return wrong;
    },
  },
  {
    name: 'change',
    goesOn: true,
    isBetweenFamilies: true,
    run: async (desk) => [
      ...(await editTask(desk, { model: 0, goesOn: false, from: 0 })),
      ...(await editTask(desk, { model: 1, goesOn: true, from: 1 })),
    ],
  },
];

function longestOf(requests: readonly RequestLine[]): number {
  return Math.max(0, ...requests.map(({ bytesIn }) => bytesIn));
}
