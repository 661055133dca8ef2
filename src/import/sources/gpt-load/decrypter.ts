import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { ImportFailure } from '../../plan.ts';

/** The salt and the rounds by which ENCRYPTION_KEY becomes a key of AES-256-GCM. */
const SALT = 'gpt-load-encryption-v1';
const ROUNDS = 100_000;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Reads keys as they stand in the database. Whether one is encrypted is told by its hash, which is a plain one where not. */
export function decrypter(
  encryptionKey: string | undefined,
): (written: string, hash: string | undefined) => string {
  let derived: Buffer | undefined;
  return (written, hash) => {
    const isHex = written.length > 2 * (NONCE_BYTES + TAG_BYTES) && /^(?:[\da-f]{2})+$/.test(written);
    const isPlain = !isHex || hash === createHash('sha256').update(written).digest('hex');
    if (isPlain) return written;
    if (encryptionKey === undefined)
      throw new ImportFailure('The keys are encrypted: set ENCRYPTION_KEY to what gpt-load runs with.');
    derived ??= pbkdf2Sync(encryptionKey, SALT, ROUNDS, 32, 'sha256');
    const bytes = Buffer.from(written, 'hex');
    const decipher = createDecipheriv('aes-256-gcm', derived, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return (
        decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      throw new ImportFailure('ENCRYPTION_KEY is not the one that the keys were encrypted with.');
    }
  };
}
