import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPostgresSource, createSqliteSource, type JournalPlace, type JournalSource } from '@cio-fleet/journal';
import { waitFor } from '@cio-fleet/testkit';
import type { Redis } from 'ioredis';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const PATIENCE_MS = 60_000;

/** Files below `folder` whose bytes hold the text. */
export function filesWith(folder: string, text: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(text));
}

/** Keys whose name or value holds the text. Values are read by type: a DUMP is compressed, and hides what is in it. */
export async function keysWith(redis: Redis, text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const keys of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>) {
    for (const key of keys) {
      if (`${key}\n${JSON.stringify(await readValue(redis, key))}`.includes(text)) found.push(key);
    }
  }
  return found;
}

async function readValue(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      return undefined; // it was gone before it was read
  }
}

/** Rewrites Redis's append-only log as plain commands and gives its files that hold the text. */
export async function logFilesWith(redis: Redis, dataDir: string, text: string): Promise<readonly string[]> {
  await redis.config('SET', 'aof-use-rdb-preamble', 'no');
  await redis.bgrewriteaof();
  const isDone = async () =>
    /aof_rewrite_in_progress:0[\s\S]*aof_rewrite_scheduled:0/.test(await redis.info('persistence'));
  await waitFor(isDone, { timeoutMs: PATIENCE_MS, description: 'the append-only log to be rewritten' });
  return filesWith(dataDir, text);
}

/** Tables of the journal, partitions too, of which a row holds the text, each with the first such row. Payloads are unpacked. */
export async function tablesWith(place: JournalPlace, text: string): Promise<readonly string[]> {
  const source =
    place.kind === 'sqlite'
      ? createSqliteSource({ folder: place.folder, timeoutMs: PATIENCE_MS })
      : createPostgresSource({ databaseUrl: place.databaseUrl, statementTimeoutMs: PATIENCE_MS, logger: quiet });
  try {
    const found: string[] = [];
    for (const table of await tablesOf(source, place.kind)) {
      const rows = (await source.select(`SELECT * FROM ${table}`, [])).flat();
      const first = rows.find((row) => JSON.stringify(row).includes(text));
      if (first !== undefined) found.push(`${table}: ${JSON.stringify(first)}`);
    }
    return found;
  } finally {
    await source.close();
  }
}

async function tablesOf(source: JournalSource, kind: JournalPlace['kind']): Promise<readonly string[]> {
  const query =
    kind === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table'"
      : "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
  return [...new Set((await source.select(query, [])).flat().map(({ name }) => String(name)))];
}
