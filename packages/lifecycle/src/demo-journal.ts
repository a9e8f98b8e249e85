import type { Environment } from './config.ts';
import { DEFAULT_RUN_FILE, readRunFile } from './run-file.ts';

const SQLITE = 'sqlite:';

/** The address of a journal in files, as the run file has it. */
export function sqliteUrl(folder: string): string {
  return `${SQLITE}${folder}`;
}

/** The environment; whoever uses the Redis of the running demo, and names no journal, uses its journal too. */
export function withDemoJournal(env: Environment, runFilePath: string = DEFAULT_RUN_FILE): Environment {
  if (env.REDIS_URL || env.DATABASE_URL || env.JOURNAL_DIR) return env;
  const url = readRunFile(runFilePath)?.databaseUrl;
  if (!url) return env;
  return url.startsWith(SQLITE) ? { ...env, JOURNAL_DIR: url.slice(SQLITE.length) } : { ...env, DATABASE_URL: url };
}
