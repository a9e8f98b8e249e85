import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const count = z.int().min(0);

const schema = z.object({
  v: z.literal(1),
  workspace: z.string(),
  file: z.object({ bytes: count, head: z.string(), tail: z.string() }),
  seed: z.object({ startedAtMs: count, salt: count }),
  offset: count,
  lines: count,
  accepted: count,
  rejected: count,
  rejectedBytes: count,
  finished: z.boolean(),
});

/** How far an import has come: everything before `offset` is durable in Redis, or stands in the rejected file. */
export type ImportProgress = Readonly<z.output<typeof schema>>;

/** The progress file as it was left; `undefined` when there is none, or nothing that can be gone by. */
export function readProgress(path: string): ImportProgress | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: somebody else's file, or half of one. It counts as none, and is told as one that doesn't match.
    return undefined;
  }
}

/** Writes it in one step: a crash leaves the old one or the new one. */
export function writeProgress(path: string, progress: ImportProgress): void {
  const draft = `${path}.new`;
  writeFileSync(draft, `${JSON.stringify(progress)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}
