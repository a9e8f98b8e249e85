import { address } from '../page/links.ts';
import type { BoardQueue } from './queue-kind.ts';

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}/;

/** From a job on the board to what the fleet knows about it: the life of its (first) operation or webhook. */
export function externalJobUrl(
  { workspace }: BoardQueue,
  { id, data }: { readonly id?: unknown; readonly data?: unknown },
): { readonly displayText: string; readonly href: string } {
  const operationId = firstOperationId(data) ?? ULID.exec(String(id))?.[0];
  return {
    displayText: 'What happened to it',
    href: address('/person', { workspace, q: operationId, ...(operationId === undefined ? {} : { by: 'operation' }) }),
  };
}

function firstOperationId(data: unknown): string | undefined {
  const operations = (data as { readonly operations?: unknown } | null | undefined)?.operations;
  const first: unknown = Array.isArray(operations) ? operations[0] : undefined;
  const id = (first as { readonly id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : undefined;
}
