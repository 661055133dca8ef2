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

/** What stands bare in the text of an event stream: Gemini ends one with an error that is no event. */
export function outsideEvents(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .filter((line) => !/^(?:data|event|id|retry)?:/.test(line))
    .join('\n')
    .trim();
}
