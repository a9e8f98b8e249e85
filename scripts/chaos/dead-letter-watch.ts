import { type DeadLetterJobData, deadLetterQueueName, queueKeyPrefix } from '@cio-fleet/contracts';
import { KILLER_NAME, REJECTED_NAME, readNumbered } from '../rig/numbered-operation.ts';
import type { Rig } from '../rig/rig.ts';

/** Looks at dead letters before they are redriven: they are late by nature, and each must have deserved it. */
export interface DeadLetterWatch {
  /** Tells the checker that whatever rests now will be late; call it before a redrive. */
  look(): Promise<void>;
  /** Operations seen as dead letters, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Dead letters that no fault of the run explains. */
  readonly undeserved: readonly string[];
}

const KEY_PREFIX = queueKeyPrefix('default', deadLetterQueueName('default'));

export function createDeadLetterWatch({ client, checker }: Pick<Rig, 'client' | 'checker'>): DeadLetterWatch {
  const seen = new Set<string>();
  const reasons: Record<string, number> = {};
  const undeserved: string[] = [];

  return {
    reasons,
    undeserved,
    async look() {
      const ids = (await client.zrange(`${KEY_PREFIX}failed`, '0', '-1')).filter((id) => !seen.has(id));
      const texts = await Promise.all(ids.map((id) => client.hget(`${KEY_PREFIX}${id}`, 'data')));
      for (const [index, text] of texts.entries()) {
        if (text === null) continue;
        seen.add(ids[index] ?? '');
        const { reason, operations } = JSON.parse(text) as DeadLetterJobData;
        reasons[reason.code] = (reasons[reason.code] ?? 0) + operations.length;
        for (const { op } of operations) {
          const numbered = readNumbered(op);
          for (const n of numbered?.numbers ?? []) checker.late(numbered?.person ?? '', n);
          const name = 'name' in op ? op.name : op.action;
          if (!isDeserved(reason.code, name))
            undeserved.push(`${name} is a dead letter: ${reason.code} ${reason.message}`);
        }
      }
    },
  };
}

function isDeserved(code: string, name: string): boolean {
  switch (code) {
    case 'REJECTED':
      return name === REJECTED_NAME;
    case 'KILLS_WORKER':
      return name === KILLER_NAME;
    case 'TRANSIENT_EXHAUSTED':
      return true; // a flapping receiver may fail one operation ten times in a row
    default:
      return false;
  }
}
