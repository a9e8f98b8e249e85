import type { MaintenanceOptions } from './journal-store.ts';

/** Whether a day may go. Why not is told by whoever archives; the days behind it must not wait for that. */
export async function isArchived(day: string, archive: MaintenanceOptions['archive']): Promise<boolean> {
  if (archive === undefined) return true;
  return archive(day).then(
    () => true,
    () => false,
  );
}
