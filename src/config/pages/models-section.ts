import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import { modelRows } from '../../catalog/models/rows/all.ts';

/* The section of docs/TRANSLATION.md that is made from the table of models; the rest of that page is written by hand. */

const BEGINNING =
  '<!-- Made by `npm run docs` from src/catalog/models/rows/, up to the end mark. Change it there. -->';
const END = '<!-- The end of what is made. -->';

/** The page with the section as the table has it now. Throws where the page has no marks. */
export function withModelsSection(page: string): string {
  const from = page.indexOf(BEGINNING);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new TypeError('the page has no place for the table of models');
  return `${page.slice(0, from)}${BEGINNING}\n\n${table()}\n\n${page.slice(to)}`;
}

function table(): string {
  const rows = modelRows.map(({ types, models, takes, source, date }) => {
    const cells = [
      types === undefined ? 'all' : types.map(code).join(', '),
      models.map(code).join(', '),
      describe(takes),
      `${source} (${date})`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| at | models | what they take | source |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function describe(takes: ModelCapabilities): string {
  return Object.entries(takes)
    .map(([name, value]) => `${code(name)}: ${shown(value)}`)
    .join('; ');
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(shown).join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, each]) => `${name} ${shown(each)}`)
      .join(', ');
  return code(String(value));
}

function code(word: string): string {
  return `\`${word}\``;
}
