import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import { modelRows } from '../../catalog/models/rows/all.ts';

/** The table of models, in Markdown, for a part of docs/TRANSLATION.md. */
export function modelsTable(): string {
  const rows = modelRows.map(({ types, models, takes, source, date }) => {
    const cells = [
      types === undefined ? 'all' : types.map(code).join(', '),
      models.map(code).join(', '),
      describe(takes),
      `${source} (${date})`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| at | models | what they take | documented at, as known on |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
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
