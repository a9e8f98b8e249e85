import { type Finding, fail, ok, skip, warn } from './finding.ts';
import type { RedisFacts } from './redis-facts.ts';

const MIN_VERSION = [6, 2] as const;

/**
 * How Redis is set up. It stays so until somebody changes it, and what fails here loses accepted operations sooner or later:
 * in production nothing starts on it.
 */
export function judgeSetup(facts: RedisFacts): readonly Finding[] {
  return [version(facts), role(facts), mode(facts), persistence(facts), eviction(facts), ...replicas(facts)];
}

function version({ info }: RedisFacts): Finding {
  const check = 'Redis version';
  const text = info.get('redis_version') ?? '';
  const [major = 0, minor = 0] = text.split('.').map(Number);
  const product = info.has('valkey_version') ? `Valkey ${info.get('valkey_version')}` : text;
  const isEnough = major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1]);
  if (isEnough) return ok(check, product);
  return fail(check, product || 'unknown', 'use Redis 6.2 or newer; the lane scripts need its commands');
}

function role({ info }: RedisFacts): Finding {
  const check = 'Redis role';
  if (info.get('role') !== 'slave') return ok(check, 'master');
  return fail(check, 'replica', 'let REDIS_URL point to the master (or to Sentinel); a replica takes no writes');
}

function mode({ info, addressedAsCluster }: RedisFacts): Finding {
  const check = 'cluster mode';
  const isCluster = info.get('cluster_enabled') === '1';
  if (isCluster && !addressedAsCluster)
    return fail(check, 'a node of a cluster', 'use redis+cluster://host:port,host:port; other nodes have the rest');
  return ok(check, isCluster ? 'a cluster' : 'no cluster');
}

function persistence({ info, config }: RedisFacts): Finding {
  const check = 'persistence';
  const appendFsync = config.get('appendfsync');
  if (info.get('aof_enabled') !== '1') {
    const remedy = 'set appendonly yes; without it a restart loses accepted operations';
    if (appendFsync !== undefined) return fail(check, 'appendonly no', remedy);
    // Hosted services keep data in ways of their own and tell little: refusing them all would help nobody.
    return warn(
      check,
      'appendonly no by INFO, unknown (CONFIG is not allowed)',
      `see your provider's settings; ${remedy}`,
    );
  }
  if (appendFsync === undefined) {
    return warn(
      check,
      'appendonly yes, appendfsync unknown (CONFIG is not allowed)',
      'make sure that it is always, or everysec at least',
    );
  }
  const found = `appendonly yes, appendfsync ${appendFsync}`;
  if (appendFsync === 'always') return ok(check, found);
  if (appendFsync === 'everysec') {
    return warn(
      check,
      found,
      'set appendfsync always, or accept that a machine that dies may lose a second of operations',
    );
  }
  return fail(check, found, 'set appendfsync always, or everysec at least');
}

function eviction({ info }: RedisFacts): Finding {
  const check = 'eviction policy';
  const policy = info.get('maxmemory_policy');
  if (policy === 'noeviction') return ok(check, policy);
  if (policy === undefined) return skip(check, 'Redis does not tell', 'make sure that maxmemory-policy is noeviction');
  return fail(
    check,
    policy,
    'set maxmemory-policy noeviction; any other deletes accepted operations when memory is short',
  );
}

/** Only where there are replicas: without them there is no fail-over that could lose anything. */
function replicas({ info, config }: RedisFacts): readonly Finding[] {
  const check = 'replicas';
  const count = Number(info.get('connected_slaves') ?? 0);
  const least = config.get('min-replicas-to-write');
  if (count === 0 && (least === undefined || least === '0')) return [];
  if (least === undefined) {
    const remedy = 'make sure that it is at least 1, or a fail-over loses what a cut-off master went on to accept';
    return [warn(check, `${count} connected, min-replicas-to-write unknown (CONFIG is not allowed)`, remedy)];
  }
  const found = `${count} connected, min-replicas-to-write ${least}`;
  if (Number(least) >= 1) return [ok(check, found)];
  return [
    warn(
      check,
      found,
      'set min-replicas-to-write 1 and min-replicas-max-lag 10, or a fail-over loses what a cut-off master went on to accept',
    ),
  ];
}
