import type { StageOptions } from './stage.ts';

/** How Redis and the producers of a run are set up. */
export interface Flavour extends Pick<StageOptions, 'spoolMode'> {
  readonly name: string;
  readonly redis: { readonly appendFsync: 'always' | 'everysec' };
}

const FLAVOURS: readonly Flavour[] = [
  { name: 'appendfsync always, no spool', redis: { appendFsync: 'always' } },
  { name: 'appendfsync always, spool', redis: { appendFsync: 'always' }, spoolMode: 'overflow' },
  { name: 'appendfsync everysec, spool always', redis: { appendFsync: 'everysec' }, spoolMode: 'always' },
  { name: 'appendfsync everysec, no spool', redis: { appendFsync: 'everysec' } },
];

/** Each seed has a flavour, so that a range of seeds meets all of them. */
export function flavourOf(seed: number): Flavour {
  return FLAVOURS[seed % FLAVOURS.length] as Flavour;
}
