import { readFileSync } from 'node:fs';
import { explainCode } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../apps/cli/src/program.ts';
import { codeLinesOf, codeSpansOf, ROOT, readPage, readPages, tableRowsOf } from './pages.ts';

const pages = readPages();
const byPath = pages.map((page) => [page.path, page] as const);

/** What stands as code: spans, and lines of shell blocks without their comments. */
function codeOf(text: string): readonly string[] {
  const lines = codeLinesOf(text, ['sh', 'bash']).map((line) => line.replace(/(^|\s)#.*$/, ''));
  return [...codeSpansOf(text), ...lines];
}

const variableNames = tableRowsOf(readPage('docs/configuration.md').text, 'Variable').map(([name = '']) =>
  name.replaceAll('`', ''),
);

describe('npm scripts', () => {
  const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> };
  const known = ['install', 'test', ...Object.keys(scripts)];

  it.each(byPath)('that %s names are those of package.json', (_, { text }) => {
    const commands = codeOf(text).flatMap((code) => [...code.matchAll(/\bnpm (?:run )?(?:--silent )?([a-z][\w:-]*)/g)]);
    const names = commands.map(([, name]) => name ?? '').filter((name) => name !== 'start:');
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('a command', () => {
  it.each(byPath)('of %s runs on the Node of the machine: npm scripts find ours', (_, { text }) => {
    expect(codeOf(text).filter((code) => code.includes('node --conditions'))).toEqual([]);
  });
});

describe('fleet commands', () => {
  const program = createProgram((command) => command);
  const flagsOf = (command: typeof program) =>
    command.options.flatMap(({ short, long }) => [short, long]).filter((flag) => flag !== undefined);
  const globalFlags = [...flagsOf(program), '--help'];

  /** What is wrong with a command line, e.g. an unknown flag. */
  function problemsOf(line: string): readonly string[] {
    const [, rest = ''] = /\bfleet(?: --)? (.*)$/.exec(line) ?? [];
    const [name = ''] = rest.split(/\s+/).filter((word) => !word.startsWith('-'));
    const command = program.commands.find((each) => each.name() === name);
    if (command === undefined) return [`${line}: no command ${name}`];
    const known = [...globalFlags, ...flagsOf(command)];
    const flags = rest.match(/(?<=\s)--?[a-z][a-z-]*/g) ?? [];
    return flags.filter((flag) => !known.includes(flag)).map((flag) => `${line}: no flag ${flag}`);
  }

  it.each(byPath)('that %s names exist, with their flags', (_, { text }) => {
    const lines = codeOf(text).filter((code) =>
      /^(?:npm run --silent )?fleet (?:-- )?(?:--json )?[a-z]/.test(code.trim()),
    );
    expect(lines.flatMap((line) => problemsOf(line.split(' | ')[0] ?? ''))).toEqual([]);
  });
});

describe('variables', () => {
  const VARIABLE =
    /\b(?:REDIS_URL|DATABASE_URL|LOG_LEVEL|(?:CIO_FLEET|CUSTOMERIO|DASHBOARD|GATEWAY|JOURNAL|REDIS_TLS|SIMULATOR|WORKER)_[A-Z][A-Z_]*[A-Z])\b/g;

  it.each(byPath)('that %s names are in docs/configuration.md', (_, { text }) => {
    const named = (text.match(VARIABLE) ?? []).filter((name) => explainCode(name) === undefined);
    expect(named.filter((name) => !variableNames.includes(name))).toEqual([]);
  });
});

describe('metrics', () => {
  /** Compared with running apps by scripts/observability/metrics.test.ts. */
  const listed = tableRowsOf(readPage('docs/metrics.md').text, 'Metric').map(([name = '']) => name.replaceAll('`', ''));

  it.each(byPath)('that %s names are in docs/metrics.md', (_, { text }) => {
    const named = (text.match(/\bcio_fleet_[a-z0-9_]+/g) ?? []).filter((name) => name !== 'cio_fleet_');
    expect(named.filter((name) => !listed.includes(name.replace(/_(bucket|sum|count)$/, '')))).toEqual([]);
  });
});

describe('error codes', () => {
  const runbook = readPage('docs/runbook.md').text;

  it('that docs/runbook.md names exist', () => {
    const named = codeSpansOf(runbook).filter((span) => /^[A-Z]+_[A-Z_]+$/.test(span) && span !== 'HALF_OPEN');
    const codes = named.filter((span) => !variableNames.includes(span));
    expect(codes.filter((code) => explainCode(code) === undefined)).toEqual([]);
  });
});
