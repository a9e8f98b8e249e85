import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CodeEntry, ERROR_CODES, explainCode } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const INTRODUCTION = `# Error codes

Every stable code of the fleet, from the table in \`packages/contracts/src/error-codes.ts\`. Match on codes, never on messages.
This page is compared with the table by a test; \`npm test -- --project contracts -u\` writes it anew.

Failures of the network carry the system's own code (\`ECONNRESET\`, \`ENOTFOUND\`, …) and are tried again.
`;

const SECTIONS: Readonly<Record<keyof typeof ERROR_CODES, readonly [title: string, text: string]>> = {
  refusals: [
    'Refusals',
    'An operation was not accepted because Customer.io would refuse or misread it. The error names the path of the bad field, ' +
      'what was expected and what came, by type and size, never by value. Calling again with the same data fails again.',
  ],
  producer: ['Producer', 'An operation was not accepted, or not yet, for a reason that lies outside of it.'],
  attempts: [
    'Attempts',
    'One request to Customer.io failed. The operations stay in their lane; the last error is in the progress of its job.',
  ],
  deadLetters: ['Dead letters', 'An operation can not be delivered. It waits in the queue `<workspace>.dead-letter`.'],
  lanes: ['Lanes', 'A lane waits, or can not be braked.'],
  configuration: ['Configuration', 'A process does not start. It exits with status 2.'],
  apps: ['Worker, dashboard and CLI', 'A request or a command is refused.'],
  gateway: ['Gateway', 'The gateway did not take a request, in the words of its dialect, or an operation of it.'],
  messages: [
    "Segment's messages",
    'A message that came to the gateway under `/v1`, or by `fleet import --format segment`, becomes no operation. What becomes one ' +
      'may still be refused, with a code of the refusals. See [segment.md](segment.md).',
  ],
  simulator: ['Simulator', "The simulator's own endpoints refuse a request."],
};

function renderErrors(): string {
  const parts = [INTRODUCTION];
  for (const [section, [title, text]] of Object.entries(SECTIONS)) {
    const codes: Readonly<Record<string, CodeEntry>> = ERROR_CODES[section as keyof typeof ERROR_CODES];
    const rows = Object.entries(codes).map(([code, { meaning, remedy }]) => `| \`${code}\` | ${meaning} | ${remedy} |`);
    parts.push(`## ${title}\n\n${text}\n\n| Code | What happened | What to do |\n|---|---|---|\n${rows.join('\n')}\n`);
  }
  return parts.join('\n');
}

/** Codes in our sources, as `code: 'X'`, `code = 'X'` or `code ?? 'X'`, with the file that has each. */
function codesInSources(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of globSync(['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts'], { cwd: ROOT })) {
    if (file.endsWith('.test.ts')) continue;
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const [, code] of text.matchAll(/\bcode(?: =|:| \?\?) '([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)'/g)) {
      if (code !== undefined) found.set(code, file);
    }
  }
  return found;
}

describe('error codes', () => {
  it('docs/errors.md lists every code of the table and no other', async () => {
    await expect(renderErrors()).toMatchFileSnapshot(join(ROOT, 'docs/errors.md'));
  });

  it('a code that a source file gives to an error is in the table', () => {
    const missing = [...codesInSources()].filter(([code]) => explainCode(code) === undefined);
    expect(missing, 'add them to packages/contracts/src/error-codes.ts').toEqual([]);
  });

  it('a code means one thing only', () => {
    const codes = Object.values(ERROR_CODES).flatMap((section) => Object.keys(section));
    expect(codes.toSorted()).toEqual([...new Set(codes)].sort());
  });

  it('an entry says in one sentence each what happened and what to do', () => {
    for (const section of Object.values<Readonly<Record<string, CodeEntry>>>(ERROR_CODES)) {
      for (const [code, { meaning, remedy }] of Object.entries(section)) {
        expect(meaning, code).toMatch(/^[A-Z].*\.$/);
        expect(remedy, code).toMatch(/^[A-Z].*\.$/);
      }
    }
  });

  it('a code of someone else is not explained', () => {
    expect(explainCode('ECONNRESET')).toBeUndefined();
    expect(explainCode('constructor')).toBeUndefined();
  });
});
