import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BOARD_ACTIONS } from '../src/board/board-action.ts';
import { DASHBOARD_VARIABLES } from '../src/config.ts';

const page = readFileSync(new URL('../../../docs/dashboard.md', import.meta.url), 'utf8');

it('docs/dashboard.md lists every variable that the dashboard reads, and no other', () => {
  const listed = [...page.matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map(([, name]) => name);
  expect(listed.filter((name) => name !== 'DASHBOARD_AUTH').sort()).toEqual(
    DASHBOARD_VARIABLES.filter((name) => name !== 'DASHBOARD_AUTH').toSorted(),
  );
  expect(listed).toContain('DASHBOARD_AUTH');
});

it('docs/dashboard.md names every action of the board', () => {
  for (const action of Object.values(BOARD_ACTIONS)) expect(page, action).toContain(`\`${action}\``);
});
