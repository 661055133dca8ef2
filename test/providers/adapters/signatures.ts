import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import * as z from 'zod';
import type { RawRequest } from '../../support/raw-upstream.ts';

/*
 * What vendors that are sent signed requests make of them: who signed, and when. Each fails where the signature is not that of
 * the very bytes that came.
 */

/** Two credentials of each kind; the first is dead. */
export const DEAD = { id: 'AKIDDEADDEADDEAD0001', secret: 'dead/secret+0123456789' };
export const GOOD = { id: 'AKIDGOODGOODGOOD0001', secret: 'good/secret+0123456789' };
function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function secretOf(id: string): string {
  const known = [DEAD, GOOD].find((each) => each.id === id);
  assert.ok(known, `an unknown id: ${id}`);
  return known.secret;
}

/** What a signature of either kind says of itself. */
function partsOf(authorization: string) {
  const [, id = '', scope = '', names = '', signature = ''] =
    /Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(authorization) ?? [];
  return { id, scope, names, signature };
}

/** Both write down a request alike, but for how a path is written. */
function canonical({ line, header, body }: RawRequest, names: string, path: string, lower: boolean): string {
  const [method] = line.split(' ');
  const headers = names.split(';').map((name) => {
    const value = header(name) ?? '';
    return `${name}:${lower ? value.toLowerCase() : value}`;
  });
  return [method, path, '', ...headers, '', names, sha256(body)].join('\n');
}

/** Who signed a request by SigV4; fails where the signature is not that of these very bytes. */
export function signerByAws(request: RawRequest): string {
  const { id, scope, names, signature } = partsOf(request.header('authorization') ?? '');
  const [day = '', region = '', service = '', end = ''] = scope.split('/');
  assert.deepEqual([region, service, end], ['eu-west-1', 'bedrock', 'aws4_request']);
  const path = request.line.split(' ')[1]?.split('/').map(encodeURIComponent).join('/') ?? '';
  const text = [
    'AWS4-HMAC-SHA256',
    request.header('x-amz-date'),
    scope,
    sha256(canonical(request, names, path, false)),
  ].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${secretOf(id)}`, day), region), service), end);
  assert.equal(signature, hmac(key, text).toString('hex'));
  return id;
}

/** The same by TC3-HMAC-SHA256. */
export function signerByTencent(request: RawRequest): string {
  const { id, scope, names, signature } = partsOf(request.header('authorization') ?? '');
  const seconds = request.header('x-tc-timestamp') ?? '';
  const day = new Date(Number(seconds) * 1000).toISOString().slice(0, 10);
  assert.equal(scope, `${day}/hunyuan/tc3_request`);
  const text = ['TC3-HMAC-SHA256', seconds, scope, sha256(canonical(request, names, '/', true))].join('\n');
  const key = hmac(hmac(hmac(`TC3${secretOf(id)}`, day), 'hunyuan'), 'tc3_request');
  assert.equal(signature, hmac(key, text).toString('hex'));
  return id;
}

const claims = z.object({ iss: z.string(), exp: z.number(), nbf: z.number() });

/** The same by a token that is signed with the secret. */
export function signerByToken({ header }: RawRequest): string {
  const [head = '', payload = '', signature] = (header('authorization') ?? '')
    .replace('Bearer ', '')
    .split('.');
  const { iss, exp, nbf } = claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  assert.equal(signature, hmac(secretOf(iss), `${head}.${payload}`).toString('base64url'));
  assert.equal(exp - nbf, 1805);
  return iss;
}

/** When a request says that it was signed: from when on, and until when, it is good. Milliseconds since the epoch. */
export interface Validity {
  readonly from: number;
  readonly until: number;
}

/** What most vendors tolerate. Milliseconds. */
const TOLERANCE_MS = 5 * 60_000;

/** By `x-amz-date`: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html. */
export function validByAws({ header }: RawRequest): Validity {
  const [, day = '', hours, minutes, seconds] =
    /^(\d{8})T(\d\d)(\d\d)(\d\d)Z$/.exec(header('x-amz-date') ?? '') ?? [];
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  return around(Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`));
}

/** By `x-tc-timestamp`: cloud.tencent.com/document/api/1729/101843. */
export function validByTencent({ header }: RawRequest): Validity {
  return around(Number(header('x-tc-timestamp')) * 1000);
}

/** By the token's own claims (RFC 7519, 4.1). */
export function validByToken({ header }: RawRequest): Validity {
  const [, payload = ''] = (header('authorization') ?? '').split('.');
  const { exp, nbf } = claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  return { from: nbf * 1000, until: exp * 1000 };
}

function around(signedAt: number): Validity {
  return { from: signedAt - TOLERANCE_MS, until: signedAt + TOLERANCE_MS };
}
