/* Texts that are not JSON as a whole: event streams and pages of HTML. */

/** Read of a page, and kept of it. Characters. */
const MAX_PAGE = 32 * 1024;
const MAX_PROSE = 4000;

/** The payload of each event in the text of an event stream, its data lines joined. Comments are left out. */
export function* eventData(text: string): Generator<string> {
  let data: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.startsWith('data:')) data.push(line.slice('data:'.length).trim());
    if (line !== '' || data.length === 0) continue;
    yield data.join('\n');
    data = [];
  }
  if (data.length > 0) yield data.join('\n');
}

/** What an event stream holds outside of events: Gemini ends one with an error that is no event. */
export function outsideEvents(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .filter((line) => !/^(?:data|event|id|retry)?:/.test(line))
    .join('\n')
    .trim();
}

/** The title of a page of HTML, and its title and text together. */
export function readPage(html: string): { readonly title: string; readonly prose: string } {
  const page = html.slice(0, MAX_PAGE);
  const title = /<title[^<>]*>([^<]*)/i.exec(page)?.[1]?.trim() ?? '';
  const body = page.search(/<body\b/i);
  const text = (body < 0 ? page : page.slice(body)).replaceAll(/<[^<>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  return { title, prose: `${title} ${text.trim()}`.slice(0, MAX_PROSE) };
}
