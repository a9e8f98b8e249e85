import { type Finding, fail, ok, warn } from './finding.ts';
import type { RedisFacts } from './redis-facts.ts';

/** Producers turn operations away above this share of `maxmemory`. */
const FULL_SHARE = 0.8;
const TIGHT_SHARE = 0.6;
const SLOW_P99_MS = 50;
const TOO_SLOW_P99_MS = 1_000;
const CLOCK_WARN_MS = 1_000;
const CLOCK_FAIL_MS = 300_000;
const MEGABYTE = 1_048_576;

/**
 * How Redis does just now. It never keeps a worker from starting, for that may be what mends it: a full Redis is emptied by
 * workers, and a disk that has room again needs nobody.
 */
export function judgeState(facts: RedisFacts): readonly Finding[] {
  return [
    ...logWrites(facts),
    ...snapshots(facts),
    ...goodReplicas(facts),
    memory(facts),
    latency(facts),
    clock(facts),
  ];
}

function logWrites({ info }: RedisFacts): readonly Finding[] {
  const check = 'log writes';
  if (info.get('aof_enabled') !== '1') return [];
  if (info.get('aof_last_write_status') === 'err')
    return [fail(check, 'the last write of the log failed', "free disk space; see Redis's own log")];
  if (info.get('aof_last_bgrewrite_status') === 'err')
    return [warn(check, 'the last rewrite of the log failed', 'see disk space and memory, or the log grows for ever')];
  return [ok(check, 'ok')];
}

function snapshots({ info }: RedisFacts): readonly Finding[] {
  if (info.get('rdb_last_bgsave_status') !== 'err') return [];
  const remedy =
    'free disk space and memory; replicas and backups need snapshots, and with save set Redis takes no writes';
  return [warn('snapshots', 'the last snapshot failed', remedy)];
}

function goodReplicas({ info }: RedisFacts): readonly Finding[] {
  // Redis tells it only where min-replicas-to-write is set.
  if (info.get('min_slaves_good_slaves') !== '0') return [];
  return [fail('replication', 'no replica keeps up', 'mend the replicas; Redis takes no writes without them')];
}

function memory({ info }: RedisFacts): Finding {
  const check = 'memory';
  const usedBytes = Number(info.get('used_memory') ?? 0);
  const maxBytes = Number(info.get('maxmemory') ?? 0);
  if (maxBytes === 0) {
    return warn(
      check,
      `${megabytes(usedBytes)} used, no maxmemory`,
      'set maxmemory below the memory of the machine, so that producers stop before Redis is killed',
    );
  }
  const share = usedBytes / maxBytes;
  const found = `${megabytes(usedBytes)} of ${megabytes(maxBytes)} used (${Math.round(share * 100)} %)`;
  if (share > FULL_SHARE)
    return fail(check, found, 'start workers or raise maxmemory; producers answer QUEUE_FULL above 80 %');
  return share > TIGHT_SHARE
    ? warn(check, found, 'see what waits with: fleet status; raise maxmemory before it reaches 80 %')
    : ok(check, found);
}

function latency({ pingsMs }: RedisFacts): Finding {
  const check = 'latency';
  const at = (share: number) => pingsMs[Math.min(pingsMs.length - 1, Math.floor(pingsMs.length * share))] ?? 0;
  const [p50, p99] = [at(0.5), at(0.99)];
  const found = `${pingsMs.length} pings, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  if (p99 >= TOO_SLOW_P99_MS)
    return fail(check, found, 'look for slow commands (SLOWLOG GET), swapping, a busy machine or a far network');
  return p99 >= SLOW_P99_MS
    ? warn(check, found, 'run it again; if it stays, look for slow commands or a far network')
    : ok(check, found);
}

function clock({ clockOffsetMs }: RedisFacts): Finding {
  const check = 'clock';
  const sizeMs = Math.abs(clockOffsetMs);
  const size = sizeMs < CLOCK_WARN_MS ? `${Math.round(sizeMs)} ms` : `${Number((sizeMs / 1_000).toFixed(1))} s`;
  const found = `Redis is ${size} ${clockOffsetMs < 0 ? 'behind' : 'ahead of'} this machine`;
  if (sizeMs >= CLOCK_FAIL_MS)
    return fail(check, found, "mend the clock that is wrong (NTP): operations carry Redis's time to Customer.io");
  return sizeMs >= CLOCK_WARN_MS
    ? warn(check, found, 'see that both machines synchronise their clocks (NTP)')
    : ok(check, found);
}

function megabytes(bytes: number): string {
  const count = bytes / MEGABYTE;
  return `${count < 10 ? Number(count.toFixed(1)) : Math.round(count)} MB`;
}
