import type { Finding, Level } from '../doctor/finding.ts';
import type { Paint } from '../session/terminal.ts';

const COLORS = { ok: 'green', warn: 'yellow', fail: 'red', skip: 'dim' } as const satisfies Record<Level, string>;
const LEVEL_WIDTH = 4;

/** Findings for people: a line each, the remedy below it, the sum at the end. */
export function doctorLines(findings: readonly Finding[], paint: Paint): readonly string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const indent = ' '.repeat(LEVEL_WIDTH + 2 + width + 2);
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  return [
    ...findings.flatMap(({ check, level, found, remedy }) => [
      `${paint(COLORS[level], level.padEnd(LEVEL_WIDTH))}  ${check.padEnd(width)}  ${found}`,
      ...(remedy === undefined ? [] : [`${indent}${paint('dim', `→ ${remedy}`)}`]),
    ]),
    '',
    `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} to mend, ${count('skip')} skipped`,
  ];
}
