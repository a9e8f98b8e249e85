import { expect, it, onTestFinished } from 'vitest';
import { JournalUnavailableError } from '../src/store/journal-store.ts';
import { makeStored, sqliteDriver } from './parts.ts';

const WS = 'default';

it('a call that fails starts the thread anew, but lets a write that is under way end first', async () => {
  const place = await sqliteDriver.makePlace();
  const store = place.store();
  onTestFinished(() => store.stop());
  await store.start();
  // Node aborts the process when a thread is ended while it makes a compressor, and these are compressed.
  const payload = JSON.stringify({ text: 'a line that compresses '.repeat(100) });
  const rows = Array.from({ length: 3_000 }, () => ({ ...makeStored(WS), payload }));
  const broken = store.forget({ workspace: WS } as never);
  const written = store.write(rows);
  await expect(broken).rejects.toThrow(JournalUnavailableError);
  expect(await written).toMatchObject({ inserted: rows.length });
  // And the one that was started anew writes, too.
  expect(await store.write([makeStored(WS)])).toMatchObject({ inserted: 1 });
});
