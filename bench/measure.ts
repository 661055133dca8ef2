import { truncateSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { processorTimeUs } from './processor-time.ts';
import type { Proxy } from './testbed.ts';
import { plainAnswer, PLAIN_MODEL, requestBody, STREAM_BYTES, STREAM_MODEL, STREAMS } from './traffic.ts';
import { applyLoad, type Load, type LoadOptions } from './wrk.ts';

/** What all measurements of a run share. */
export type Bench = Pick<LoadOptions, 'wrk' | 'core' | 'clientKey' | 'signal'>;

/** Enough open requests that a proxy on one core is never idle. */
const BUSY_CONNECTIONS = 64;

export interface Throughput {
  /** Processor time of the proxy for one request, in microseconds. */
  readonly processorUs: number;
  readonly requestsPerSecond: number;
}

/** Keeps a proxy busy with 1 KB requests and counts the processor time it takes for them. */
export async function measureThroughput(bench: Bench, proxy: Proxy, seconds: number): Promise<Throughput> {
  const before = processorTimeUs(proxy.pid);
  const load = await applyLoad({
    ...bench,
    ...plainTraffic(proxy.plainUrl),
    connections: BUSY_CONNECTIONS,
    seconds,
  });
  const usedUs = processorTimeUs(proxy.pid) - before;
  truncateSync(proxy.logFile);
  return { processorUs: usedUs / load.requests, requestsPerSecond: load.requests / load.seconds };
}

/** How long one request takes when it is alone, through a proxy or straight from the upstream. */
export async function measureLatency(bench: Bench, url: string, seconds: number): Promise<Load> {
  return applyLoad({ ...bench, ...plainTraffic(url), connections: 1, seconds });
}

export interface Streaming {
  /** Processor time of the proxy for one relayed frame, the opening of streams included, in microseconds. */
  readonly processorUs: number;
  readonly framesPerSecond: number;
}

/** Time until all streams are open and answers follow one another, not counted. */
const STREAM_RAMP_MS = 1_000;
/** Lets streams begun inside the window end, so that whole answers are held against what they must be. */
const STREAM_REST_SECONDS = 2;

/** Relays many slow streams and counts the processor time of a proxy for each frame. */
export async function measureStreaming(
  bench: Bench,
  proxy: Proxy,
  framesUrl: string,
  seconds: number,
): Promise<Streaming> {
  const load = applyLoad({
    ...bench,
    url: proxy.streamUrl,
    body: requestBody(STREAM_MODEL, true),
    answerBytes: STREAM_BYTES,
    connections: STREAMS,
    seconds: seconds + STREAM_RAMP_MS / 1000 + STREAM_REST_SECONDS,
  });
  const window = async (): Promise<Streaming> => {
    await sleep(STREAM_RAMP_MS, undefined, { signal: bench.signal });
    const [framesBefore, usedBefore, began] = [
      await framesWritten(framesUrl),
      processorTimeUs(proxy.pid),
      performance.now(),
    ];
    await sleep(seconds * 1000, undefined, { signal: bench.signal });
    const frames = (await framesWritten(framesUrl)) - framesBefore;
    const usedUs = processorTimeUs(proxy.pid) - usedBefore;
    return { processorUs: usedUs / frames, framesPerSecond: (frames * 1000) / (performance.now() - began) };
  };
  const [streaming] = await Promise.all([window(), load]);
  truncateSync(proxy.logFile);
  return streaming;
}

function plainTraffic(url: string): Pick<LoadOptions, 'url' | 'body' | 'answerBytes'> {
  return { url, body: requestBody(PLAIN_MODEL, false), answerBytes: plainAnswer().length };
}

async function framesWritten(url: string): Promise<number> {
  const { body } = await request(url);
  return Number(await body.text());
}
