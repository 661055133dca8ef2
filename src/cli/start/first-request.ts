const QUESTION = 'Hello!';

/** A `curl` line that asks a model something. */
export function curlLine(baseUrl: string, model: string): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: QUESTION }] });
  return `curl ${baseUrl}/chat/completions -H 'content-type: application/json' -d '${quoted(body)}'`;
}

/** A `curl` line that lists the models there are. */
export function modelsLine(baseUrl: string): string {
  return `curl ${baseUrl}/models`;
}

/** The same question asked with OpenAI's own SDK, as lines of a module. */
export function sdkSnippet(baseUrl: string, model: string): readonly string[] {
  return [
    `import OpenAI from 'openai';`,
    `const client = new OpenAI({ baseURL: '${baseUrl}', apiKey: 'none-needed' });`,
    `const messages = [{ role: 'user', content: '${QUESTION}' }];`,
    `const answer = await client.chat.completions.create({ model: ${JSON.stringify(model)}, messages });`,
    `console.log(answer.choices[0].message.content);`,
  ];
}

/** For a shell, inside single quotes. */
function quoted(text: string): string {
  return text.replaceAll("'", String.raw`'\''`);
}
