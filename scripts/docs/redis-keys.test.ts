import { queuePrefix, workspaceKeys } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import * as keys from '../../packages/contracts/src/redis-keys.ts';
import { limiterKeys } from '../../packages/delivery/src/rate-setting.ts';
import { readPage, tableRowsOf } from './pages.ts';

const PLACE = '<workspace>';

/** A key for each function of contracts that makes one. */
const SINGLE_KEYS: Readonly<Record<string, string>> = {
  erasureKey: keys.erasureKey(PLACE, '<lane key>'),
  sequenceKey: keys.sequenceKey(PLACE, 0, '<run>').replace(':0:', ':<lane>:'),
  heartbeatKey: keys.heartbeatKey(PLACE, '<worker>'),
  gatewayLimitKey: keys.gatewayLimitKey(PLACE, '<subject>'),
  gatewayReportKey: keys.gatewayReportKey(PLACE, '<bucket>'),
  outcomesKey: keys.outcomesKey(PLACE),
  regionKey: keys.regionKey(PLACE, '<digest>'),
  idempotencyClaimKey: keys.idempotencyClaimKey(PLACE, '<lane key>', '<key>'),
  webhooksTakenKey: keys.webhooksTakenKey(PLACE, 'FIRST…YZ').replace('FIRST:YZ', '<first 5>:<last 2>'),
  webhookTakenKey: keys.webhookTakenKey(PLACE, '<digest>'),
};

const rows = tableRowsOf(readPage('docs/architecture.md').text, 'Key').map((cells) =>
  cells.map((cell) => cell.replaceAll('`', '')),
);

describe('the table of Redis keys in docs/architecture.md', () => {
  it('lists every key of contracts and of the rate limiter, and no other', () => {
    const inCode = [...Object.values(workspaceKeys(PLACE)), ...limiterKeys(PLACE), ...Object.values(SINGLE_KEYS)];
    expect(rows.map(([key]) => key).toSorted()).toEqual(inCode.toSorted());
  });

  it('knows every function of contracts that makes a key', () => {
    const functions = Object.keys(keys).filter((name) => name.endsWith('Key'));
    expect(functions.toSorted()).toEqual(Object.keys(SINGLE_KEYS).toSorted());
  });

  it('keeps every key in the slot of its workspace', () => {
    for (const [key] of rows) expect(key).toMatch(new RegExp(`^${queuePrefix(PLACE).replace(/[{}]/g, '\\$&')}:`));
  });
});
