/* What can be read on a page of HTML. */

/** Of a page, what is looked at, and what is kept. Characters. */
const MAX_PAGE = 32 * 1024;
const MAX_PROSE = 4000;

/** A page's title, and its title and text together. */
export function readPage(html: string): { readonly title: string; readonly prose: string } {
  const page = html.slice(0, MAX_PAGE);
  const title = /<title[^<>]*>([^<]*)/i.exec(page)?.[1]?.trim() ?? '';
  const body = page.search(/<body\b/i);
  const text = (body < 0 ? page : page.slice(body)).replaceAll(/<[^<>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  return { title, prose: `${title} ${text.trim()}`.slice(0, MAX_PROSE) };
}
