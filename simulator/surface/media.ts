import { CREATED_AT, json, type Answer } from '../answer.ts';
import { malformedJson, missingParameter, unknownUrl } from '../vendor-errors/openai.ts';
import { pathOf, type Call } from './call.ts';

/** A PNG of one white pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP6DwABBQECz6AuzQAAAABJRU5ErkJggg==';

/** `/v1/images/…`: one white pixel, whatever the prompt. */
export function images(call: Call): Answer {
  if (call.json === undefined && call.form === undefined) return malformedJson;
  return json({ created: CREATED_AT, data: [{ b64_json: PIXEL }] });
}

/** `/v1/audio/…`: silence, or how many bytes came. */
export function audio(call: Call): Answer {
  if (call.steps[1] === 'speech') {
    if (call.json === undefined) return malformedJson;
    if (call.model === undefined) return missingParameter('model');
    return { kind: 'plain', contentType: 'audio/wav', body: silence(800) };
  }
  if (call.steps[1] !== 'transcriptions' && call.steps[1] !== 'translations') {
    return unknownUrl(call.method, pathOf(call));
  }
  const file = call.form?.files.get('file');
  if (file === undefined) return missingParameter('file');
  return json({ text: `You sent ${file.bytes.length} bytes of audio.` });
}

/** A WAV file of so many samples of silence, 8 kHz, 8 bits, mono. */
function silence(samples: number): Buffer {
  const file = Buffer.alloc(44 + samples, 128);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + samples, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(8_000, 24);
  file.writeUInt32LE(8_000, 28);
  file.writeUInt16LE(1, 32);
  file.writeUInt16LE(8, 34);
  file.write('data', 36);
  file.writeUInt32LE(samples, 40);
  return file;
}
