import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_MESSAGE_ID_WINDOW_MS, MAPPING_TABLE, MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES } from '../src/index.ts';

const page = readFileSync(new URL('../../../docs/segment.md', import.meta.url), 'utf8');

describe('docs/segment.md', () => {
  it('has the mapping table of the code', () => {
    const rows = MAPPING_TABLE.map(({ name, takes, gives }) => `| ${name} | ${takes} | ${gives} |`);
    const table = ['| Row | Message | Becomes |', '|---|---|---|', ...rows].join('\n');
    expect(page.slice(page.indexOf('| Row |')).split('\n\n')[0]).toBe(table);
  });

  it('says the limits and the window of the code', () => {
    expect(page.replaceAll(/\s+/g, ' ')).toContain(
      `messages above ${MAX_MESSAGE_BYTES / 1024} KB, requests above ${MAX_REQUEST_BYTES / 1024} KB`,
    );
    expect(DEFAULT_MESSAGE_ID_WINDOW_MS).toBe(3_600_000);
    expect(page).toContain('(an hour)');
  });
});
