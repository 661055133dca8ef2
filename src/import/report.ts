import type { Note, Plan } from './plan.ts';

/** Places of one note that are shown. */
const SHOWN_PLACES = 6;
/** Notes that are shown. */
const SHOWN_NOTES = 200;

/** What a plan holds, in a line. */
export function summaryOf({ providers, routes, clients }: Plan): string {
  const running = providers.filter(({ unusable }) => unusable === undefined);
  const keys = new Set(
    running.flatMap(({ keys: pool }) => pool.filter(({ disabled }) => disabled === undefined)),
  );
  const held = providers.length - running.length;
  return [
    `${counted(running.length, 'provider')} with ${counted(keys.size, 'key')}`,
    ...(held === 0 ? [] : [`${counted(held, 'provider')} commented out`]),
    counted(routes.length, 'route'),
    counted(clients.length, 'client'),
  ].join(', ');
}

/** What was not carried, a paragraph each. Empty where all was. */
export function notesText(notes: readonly Note[]): readonly string[] {
  if (notes.length === 0) return [];
  const more = notes.length - SHOWN_NOTES;
  return [
    `Not carried over (${notes.length}):`,
    ...notes.slice(0, SHOWN_NOTES).flatMap(noteLines),
    ...(more > 0 ? [`  … and ${more} more.`] : []),
  ];
}

function noteLines({ what, why, places }: Note): readonly string[] {
  const rest = places.length - SHOWN_PLACES;
  const where = `${places.slice(0, SHOWN_PLACES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return [`  ${oneLine(where)}: ${oneLine(what)}`, `      ${oneLine(why)}.`];
}

/** `1 key`, `2 keys`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Names of the source cannot steer a terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}
