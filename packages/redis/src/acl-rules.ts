/** All keys of ours; narrower for one workspace: `~{cio:<workspace>}*`. */
const KEYS = '~{cio:*';

/** What ioredis and BullMQ say when they connect, and to see whether Redis is well. */
const CONNECTION = ['+ping', '+info', '+client|setname', '+select'];

/** The commands within the script that accepts operations, and the script itself. */
const ENQUEUE = [
  ...['+eval', '+evalsha', '+time'],
  ...['+get', '+set', '+incr', '+exists', '+expire'],
  ...['+hget', '+hmget', '+hset', '+hincrby'],
  ...['+lpush', '+llen', '+zadd', '+xadd'],
];

/** The commands by which a spool is replayed. */
const SPOOL = ['+mget', '+lrange', '+rpush'];

/** The commands within BullMQ's scripts and ours, and those that are sent by themselves. */
const DELIVER = [
  ...ENQUEUE,
  ...['+del', '+pttl', '+pexpire', '+mget', '+multi', '+exec'],
  ...['+hdel', '+hexists', '+hgetall', '+hlen', '+hmset', '+hscan', '+hsetnx', '+hstrlen'],
  ...['+lindex', '+lrange', '+lrem', '+ltrim', '+rpoplpush', '+rpush'],
  ...['+sadd', '+scard', '+srem', '+smembers'],
  ...['+zcard', '+zrange', '+zrangebyscore', '+zrem', '+zremrangebyrank', '+zremrangebyscore'],
  ...['+zrevrange', '+zrevrangebyscore', '+zscore', '+zpopmin', '+bzpopmin', '+xtrim'],
  ...['+incrby', '+decrby', '+expire'],
];

/** On a cluster, clients ask for its layout. */
const CLUSTER = ['+cluster|slots', '+cluster|info', '+readonly', '+asking', '+subscribe', '&*'];

function rules(commands: readonly string[]): string {
  return ['on', KEYS, 'resetchannels', '-@all', ...new Set(commands)].join(' ');
}

/**
 * The least that each part needs of Redis, as rules for `ACL SETUSER <name> <rules> ><password>`. A drill runs under them,
 * and docs/redis.md shows them.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
export const ACL_RULES = {
  producer: rules([...CONNECTION, ...ENQUEUE, ...SPOOL]),
  worker: rules([...CONNECTION, ...DELIVER]),
  /** Dashboard and CLI: people look at everything of ours, and change queues, but never Redis itself. */
  operator: rules([
    ...['+@read', '+@write', '+@transaction', '+@connection', '+@stream', '+eval', '+evalsha', '-@dangerous'],
    ...['+info', '+time', '+client|list', '+config|get'],
  ]),
  /** Added to each of them on a cluster. */
  cluster: CLUSTER.join(' '),
} as const;
