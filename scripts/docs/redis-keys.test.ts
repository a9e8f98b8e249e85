import { erasureKey, heartbeatKey, queuePrefix, sequenceKey, workspaceKeys } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import { limiterKeys } from '../../packages/delivery/src/rate-setting.ts';
import { readPage, tableRowsOf } from './pages.ts';

const PLACE = '<workspace>';
const rows = tableRowsOf(readPage('docs/architecture.md').text, 'Key').map((cells) =>
  cells.map((cell) => cell.replaceAll('`', '')),
);

describe('the table of Redis keys in docs/architecture.md', () => {
  it('lists every key of contracts and of the rate limiter, and no other', () => {
    const inCode = [
      ...Object.values(workspaceKeys(PLACE)),
      ...limiterKeys(PLACE),
      erasureKey(PLACE, '<lane key>'),
      sequenceKey(PLACE, 0, '<run>').replace(':0:', ':<lane>:'),
      heartbeatKey(PLACE, '<worker>'),
    ];
    expect(rows.map(([key]) => key).toSorted()).toEqual(inCode.toSorted());
  });

  it('keeps every key in the slot of its workspace', () => {
    for (const [key] of rows) expect(key).toMatch(new RegExp(`^${queuePrefix(PLACE).replace(/[{}]/g, '\\$&')}:`));
  });
});
