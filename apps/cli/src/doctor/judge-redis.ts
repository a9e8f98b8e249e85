import { formatDuration } from '../format/duration.ts';
import { formatBytes } from '../format/numbers.ts';
import { printable } from '../format/printable.ts';
import { type Finding, fail, ok, skip, warn } from './finding.ts';
import type { RedisFacts } from './redis-facts.ts';

const MIN_VERSION = [6, 2] as const;
/** Producers answer `QUEUE_FULL` above this share of `maxmemory`. */
const FULL_SHARE = 0.8;
const TIGHT_SHARE = 0.6;
const SLOW_P99_MS = 50;
const TOO_SLOW_P99_MS = 1_000;
const CLOCK_WARN_MS = 1_000;
const CLOCK_FAIL_MS = 300_000;

/** What is to be said about Redis itself. Pure: the whole table of verdicts is in its test. */
export function judgeRedis(facts: RedisFacts): readonly Finding[] {
  return [
    version(facts.info),
    role(facts.info),
    ...persistence(facts),
    eviction(facts.info),
    memory(facts.info),
    latency(facts.pingsMs),
    clock(facts.clockOffsetMs),
  ];
}

type Info = RedisFacts['info'];

function version(info: Info): Finding {
  const check = 'Redis version';
  const text = info.get('redis_version') ?? '';
  const [major = 0, minor = 0] = text.split('.').map(Number);
  const product = info.has('valkey_version') ? `Valkey ${info.get('valkey_version')}` : printable(text);
  const isEnough = major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1]);
  if (isEnough) return ok(check, product);
  return fail(check, product || 'unknown', 'use Redis 6.2 or newer; the lane scripts need its commands');
}

function role(info: Info): Finding {
  const check = 'Redis role';
  if (info.get('role') !== 'slave') return ok(check, 'master');
  return fail(check, 'replica', 'let REDIS_URL point to the master (or to Sentinel); a replica takes no writes');
}

function persistence({ info, appendFsync }: RedisFacts): readonly Finding[] {
  const check = 'persistence';
  if (info.get('aof_enabled') !== '1') {
    return [fail(check, 'appendonly no', 'set appendonly yes; without it a restart loses accepted operations')];
  }
  const broken = info.get('aof_last_write_status') === 'err';
  if (broken) return [fail(check, 'the last write of the log failed', "free disk space; see Redis's own log")];
  if (appendFsync === undefined) {
    return [
      warn(
        check,
        'appendonly yes, appendfsync unknown (CONFIG is not allowed)',
        'make sure that it is always, or everysec at least',
      ),
    ];
  }
  const found = `appendonly yes, appendfsync ${printable(appendFsync)}`;
  if (appendFsync === 'always') return [ok(check, found)];
  if (appendFsync === 'everysec') {
    return [
      warn(check, found, 'set appendfsync always, or accept that a machine that dies may lose a second of operations'),
    ];
  }
  return [fail(check, found, 'set appendfsync always, or everysec at least')];
}

function eviction(info: Info): Finding {
  const check = 'eviction policy';
  const policy = info.get('maxmemory_policy');
  if (policy === 'noeviction') return ok(check, policy);
  if (policy === undefined) return skip(check, 'Redis does not tell', 'make sure that maxmemory-policy is noeviction');
  return fail(
    check,
    printable(policy),
    'set maxmemory-policy noeviction; any other deletes accepted operations when memory is short',
  );
}

function memory(info: Info): Finding {
  const check = 'memory';
  const usedBytes = Number(info.get('used_memory') ?? 0);
  const maxBytes = Number(info.get('maxmemory') ?? 0);
  if (maxBytes === 0) {
    return warn(
      check,
      `${formatBytes(usedBytes)} used, no maxmemory`,
      'set maxmemory below the memory of the machine, so that producers stop before Redis is killed',
    );
  }
  const share = usedBytes / maxBytes;
  const found = `${formatBytes(usedBytes)} of ${formatBytes(maxBytes)} used (${Math.round(share * 100)} %)`;
  if (share > FULL_SHARE)
    return fail(check, found, 'start workers or raise maxmemory; producers answer QUEUE_FULL above 80 %');
  return share > TIGHT_SHARE
    ? warn(check, found, 'see what waits with: fleet status; raise maxmemory before it reaches 80 %')
    : ok(check, found);
}

function latency(pingsMs: readonly number[]): Finding {
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

function clock(offsetMs: number): Finding {
  const check = 'clock';
  const sizeMs = Math.abs(offsetMs);
  const found = `Redis is ${formatDuration(sizeMs)} ${offsetMs < 0 ? 'behind' : 'ahead of'} this machine`;
  if (sizeMs >= CLOCK_FAIL_MS)
    return fail(check, found, "mend the clock that is wrong (NTP): operations carry Redis's time to Customer.io");
  return sizeMs >= CLOCK_WARN_MS
    ? warn(check, found, 'see that both machines synchronise their clocks (NTP)')
    : ok(check, found);
}
