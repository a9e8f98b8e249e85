import { type Attributes, type IdentifyOperation, laneKeyOf, type Operation } from '@cio-fleet/contracts';
import { affectedKeys } from './affected-keys.ts';
import { bytesOf, type Item, itemOf, type Member } from './item.ts';
import type { DeliveryLimits } from './limits.ts';

/**
 * Turns operations into items, and merges consecutive identifies of one person into one: the last writer of each attribute
 * wins, and the newest timestamp is kept. Never across another operation of that person, and only where one identify says
 * exactly what the two said; where in doubt, both are sent.
 */
export function coalesce(members: readonly Member[], limits: DeliveryLimits): readonly Item[] {
  const items: Item[] = [];
  // Where each person's last operation is, while it is an identify that may still take in the next one.
  const open = new Map<string, number>();
  for (const member of members) {
    const { op } = member.queued;
    if (isMergeable(op)) {
      const laneKey = laneKeyOf(op);
      const position = open.get(laneKey);
      const earlier = position === undefined ? undefined : items[position];
      const merged = earlier === undefined ? undefined : mergeItems(earlier, member, limits);
      if (position !== undefined && merged !== undefined) {
        items[position] = merged;
        continue;
      }
      open.set(laneKey, items.length);
    } else {
      for (const key of affectedKeys(op)) open.delete(key);
    }
    items.push(itemOf(member));
  }
  return items;
}

/** Limits of Customer.io's beyond which it refuses an identify: one that breaks them must not take others along. */
const MAX_NAME_BYTES = 150;
const MAX_VALUE_BYTES = 1_000;

/** Attributes that name the person: two different ones in turn don't mean the same as the second alone. */
const IDENTITY_ATTRIBUTES = ['id', 'email', 'phone', 'cio_id', 'anonymous_id'] as const;

/** Identifies of plain attributes only: no relationships, and none of Customer.io's own (`_update`, `cio_…`, dotted paths). */
function isMergeable(op: Operation): op is IdentifyOperation {
  if (op.type !== 'person' || op.action !== 'identify' || op.cio_relationships !== undefined) return false;
  for (const [name, value] of Object.entries(op.attributes ?? {})) {
    if (name.startsWith('_') || name.startsWith('cio_') || name.includes('.')) return false;
    if (exceeds(name, MAX_NAME_BYTES) || (typeof value === 'string' && exceeds(value, MAX_VALUE_BYTES))) return false;
  }
  return true;
}

function exceeds(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}

function mergeItems(earlier: Item, member: Member, limits: DeliveryLimits): Item | undefined {
  const later = itemOf(member);
  const last = earlier.members.at(-1)?.queued.op;
  const next = member.queued.op;
  if (
    !isIdentify(earlier.op) ||
    !isIdentify(later.op) ||
    last === undefined ||
    !isIdentify(last) ||
    !isIdentify(next)
  ) {
    return undefined;
  }
  // An explicit timestamp is the caller's word on when each attribute held; only equal ones can share one operation.
  if (last.timestamp !== next.timestamp) return undefined;
  const attributes = mergeAttributes(earlier.op.attributes ?? {}, next.attributes ?? {});
  if (attributes === undefined || Object.keys(attributes).length > limits.maxAttributes) return undefined;
  const timestamp = Math.max(earlier.op.timestamp ?? 0, later.op.timestamp ?? 0);
  const op: IdentifyOperation = { ...later.op, timestamp, attributes };
  const bytes = bytesOf(op);
  return bytes > limits.maxOperationBytes ? undefined : { op, bytes, members: [...earlier.members, member] };
}

/** `undefined` where the order of the two can't be folded into one. */
function mergeAttributes(earlier: Attributes, later: Attributes): Attributes | undefined {
  for (const name of IDENTITY_ATTRIBUTES) {
    const [before, after] = [earlier[name], later[name]];
    if (before !== undefined && after !== undefined && before !== after) return undefined;
  }
  for (const name of Object.keys(later)) {
    // Customer.io may merge nested values into each other rather than replace them.
    if (isNested(earlier[name]) || (isNested(later[name]) && name in earlier)) return undefined;
  }
  return { ...earlier, ...later };
}

function isIdentify(op: Operation): op is IdentifyOperation {
  return op.type === 'person' && op.action === 'identify';
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
