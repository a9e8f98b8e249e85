import { CONTENDERS, type ContenderKey } from './plan.ts';
import type { BenchReport } from './report.ts';

const NAMES: Readonly<Record<ContenderKey, string>> = {
  a: '(a) one job and one call per event',
  b: '(b) cio-fleet',
  c: '(c) cio-fleet, one operation per job',
  d: '(d) the batches of b, no queue',
};

const MEBIBYTE = 1024 * 1024;

/** The report for people. */
export function formatReport(report: BenchReport): string {
  const { conditions, bars, floor } = report;
  return [
    `${conditions.date} · ${conditions.cores} cores, load ${conditions.loadAverage.toFixed(1)} before · Node ${conditions.node} · Redis ${conditions.redis}, appendfsync ${
      conditions.appendFsync
    } · the receiver answers after ${conditions.receiverLatencyMs} ms · medians of ${conditions.rounds} rounds`,
    '',
    throughputTable(report),
    '',
    latencyTable(report),
    `one durable SET, alone: p50 ${floor.p50.toFixed(2)} ms, p99 ${floor.p99.toFixed(2)} ms`,
    '',
    `worker memory, MiB after operations: ${report.workerMemory
      .map(({ operations, residentBytes }) => `${count(operations)}: ${Math.round(residentBytes / MEBIBYTE)}`)
      .join(' · ')}`,
    '',
    ...bars.map(
      ({ passed, name, expected, measured }) => `${passed ? 'PASS' : 'FAIL'}  ${name}: ${measured} (${expected})`,
    ),
  ].join('\n');
}

function throughputTable({ throughput, ratios }: BenchReport): string {
  const head = ['as fast as it goes', 'operations/s', 'accepted/s', 'CPU µs/op', 'Redis µs/op', 'ops/request'];
  const rows = CONTENDERS.map((contender) => {
    const { perSecond, acceptedPerSecond, cpuMicros, redisMicros, operationsPerRequest } = throughput[contender];
    const sent = operationsPerRequest.toFixed(operationsPerRequest < 10 ? 1 : 0);
    return [
      NAMES[contender],
      count(perSecond),
      contender === 'd' ? '-' : count(acceptedPerSecond),
      cpuMicros.toFixed(1),
      contender === 'd' ? '-' : redisMicros.toFixed(1),
      sent,
    ];
  });
  const { bToA, cToA, bToD } = ratios;
  return `${table(head, rows)}\nb / a = ${bToA.toFixed(1)} · c / a = ${cToA.toFixed(1)} · b / d = ${bToD.toFixed(2)}`;
}

function latencyTable({ latency, burst, redisBytes }: BenchReport): string {
  const head = ['ms', 'accept p50', 'p99', 'arrival p50', 'p99', '100 at once', 'worst', 'Redis B/op waiting'];
  const rows = (['a', 'b'] as const).map((contender) => {
    const { accept, arrival } = latency[contender];
    const { medianMs, worstMs } = burst[contender];
    const times = [accept.p50, accept.p99, arrival.p50, arrival.p99, medianMs, worstMs];
    return [NAMES[contender], ...times.map((ms) => ms.toFixed(1)), count(redisBytes[contender])];
  });
  return table(head, [...rows, [NAMES.c, '', '', '', '', '', '', count(redisBytes.c)]]);
}

/** Columns as wide as their widest cell; the first to the left, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return [head, ...rows].map(line).join('\n');
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
