import { loadavg } from 'node:os';
import type { Bar } from './bars.ts';

/** Where the parts of the journal's bench say what they measured. Lines are written as they come: the whole takes minutes. */
export interface JournalReport {
  /** A new part, with what else the machine does now. */
  part(title: string): void;
  figure(name: string, measured: string): void;
  bar(bar: Bar): void;
  /** The bars that were missed. */
  readonly missed: readonly Bar[];
}

const NAME_WIDTH = 84;

export function createJournalReport(write: (line: string) => void): JournalReport {
  const missed: Bar[] = [];
  return {
    part: (title) => write(`\n${title} (load average ${loadavg()[0]?.toFixed(1)})`),
    figure: (name, measured) => write(`      ${name.padEnd(NAME_WIDTH)} ${measured}`),
    bar(bar) {
      if (!bar.passed) missed.push(bar);
      write(`${bar.passed ? 'PASS' : 'FAIL'}  ${bar.name.padEnd(NAME_WIDTH)} ${bar.measured} (${bar.expected})`);
    },
    missed,
  };
}

export function belowMs(name: string, limitMs: number, measuredMs: number, more = ''): Bar {
  return {
    name,
    expected: `< ${limitMs} ms`,
    measured: `${ms(measuredMs)}${more}`,
    passed: measuredMs < limitMs,
  };
}

export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${count(value)} ms`;
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function perSecond(rows: number, milliseconds: number): number {
  return (rows / milliseconds) * 1_000;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
