import { createHash } from 'node:crypto';

/** What equal failures share. */
export interface FailureFacts {
  readonly action: string;
  readonly status: number | null;
  readonly errorCode: string | null;
  readonly reason: string | null;
}

const MAX_REASON_CHARACTERS = 200;
const MEMORY = 2_000;
const remembered = new Map<string, string>();

/** 16 hex digits that equal failures share: the same action, status, code and reason, whoever it was about. */
export function failureFingerprint({ action, status, errorCode, reason }: FailureFacts): string {
  const facts = JSON.stringify([action, status, errorCode, reason === null ? null : normalizeReason(reason)]);
  const known = remembered.get(facts);
  if (known !== undefined) return known;
  const fingerprint = createHash('sha256').update(facts).digest('hex').slice(0, 16);
  if (remembered.size >= MEMORY) remembered.clear();
  remembered.set(facts, fingerprint);
  return fingerprint;
}

/** A reason without what differs from case to case: addresses, ids, quoted values and numbers. */
export function normalizeReason(reason: string): string {
  return reason
    .slice(0, 2 * MAX_REASON_CHARACTERS)
    .replace(/[^\s@"'<>]{1,64}@[^\s@"'<>]{1,255}/g, '<email>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>')
    .replace(/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g, '<id>')
    .replace(/"[^"]{0,200}"|'[^']{0,200}'/g, '<value>')
    .replace(/\b[0-9a-f]{16,}\b/gi, '<id>')
    .replace(/\d+/g, '<n>')
    .slice(0, MAX_REASON_CHARACTERS);
}
