import { verifyRequestSignature } from 'customerio-node';

/** What proves that a body comes from Customer.io. */
export interface SignedBody {
  /** The header `X-CIO-Timestamp`. */
  readonly timestamp: string | undefined;
  /** The header `X-CIO-Signature`. */
  readonly signature: string | undefined;
  /** As it came, byte by byte. */
  readonly body: Buffer;
}

/** The keys of a workspace: several, separated by commas, while a key is being changed. */
export function signingKeysOf(webhookSigningKey: string | undefined): readonly string[] {
  return (webhookSigningKey ?? '')
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
}

/** Whether one of the keys made the signature. Compares in constant time, and tries every key, whichever fits. */
export function isSigned({ timestamp, signature, body }: SignedBody, keys: readonly string[]): boolean {
  if (timestamp === undefined || signature === undefined) return false;
  // Some of Customer.io's clients write the version before the digest.
  const digest = signature.startsWith('v0=') ? signature.slice('v0='.length) : signature;
  const verdicts = keys.map((signingSecret) =>
    verifyRequestSignature({ signingSecret, timestamp, signature: digest, body }),
  );
  return verdicts.includes(true);
}
