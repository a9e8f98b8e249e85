import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findBoundaryViolations } from './boundaries.ts';
import { importsOf, readSourceImports } from './source-imports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const members = { apps: readdirSync(`${root}apps`), packages: readdirSync(`${root}packages`) };
const violationsOf = (file: string, target: string) => findBoundaryViolations([{ file, target }], members);

it('finds no import in the project that crosses a package boundary', () => {
  const imports = readSourceImports(root, ['apps', 'packages', 'scripts']);
  expect(imports.length).toBeGreaterThan(20);
  expect(findBoundaryViolations(imports, members)).toEqual([]);
});

it('lets the published producer declare contracts, bullmq and ioredis as dependencies, and nothing else', () => {
  const manifest = JSON.parse(readFileSync(`${root}packages/producer/package.json`, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const foreign = Object.keys(manifest.dependencies).filter(
    (name) => !['@cio-fleet/contracts', 'bullmq', 'ioredis'].includes(name),
  );
  expect(foreign).toEqual([]);
});

it.each([
  ['apps/worker/src/main.ts', '@cio-fleet/dashboard'],
  ['apps/worker/src/main.ts', '@cio-fleet/simulator'],
  ['apps/worker/test/lanes.test.ts', '@cio-fleet/dashboard'],
  ['packages/lanes/src/begin.ts', '@cio-fleet/worker'],
  ['packages/lanes/src/begin.ts', 'packages/delivery/src/classify.ts'],
  ['packages/lanes/src/begin.ts', '@cio-fleet/testkit'],
  ['packages/contracts/src/limits.ts', '@cio-fleet/telemetry'],
  ['packages/producer/src/index.ts', 'zod'],
])('refuses that %s imports %s', (file, target) => {
  expect(violationsOf(file, target)).toHaveLength(1);
});

it.each([
  ['apps/worker/src/main.ts', '@cio-fleet/lanes'],
  ['apps/worker/test/lanes.test.ts', '@cio-fleet/simulator'],
  ['packages/lanes/src/begin.test.ts', '@cio-fleet/testkit'],
  ['packages/producer/src/index.ts', 'node:fs'],
  ['packages/producer/src/index.ts', 'packages/producer/src/producer.ts'],
  ['scripts/demo/main.ts', '@cio-fleet/simulator'],
])('allows that %s imports %s', (file, target) => {
  expect(violationsOf(file, target)).toEqual([]);
});

it('refuses a vendor in two folders of one package', () => {
  const imports = ['packages/delivery/src/breaker/open.ts', 'packages/delivery/src/send/batch.ts'].map((file) => ({
    file,
    target: 'opossum',
  }));
  expect(findBoundaryViolations(imports, members)).toEqual([expect.stringContaining('one adapter folder')]);
});

it('reads static, dynamic, type-only, bare and re-exporting imports', () => {
  const text = `
    import { a } from 'one';
    import type {
      B,
    } from "two";
    import 'three';
    export { c } from './four.ts';
    const five = await import('five');
  `;
  expect(importsOf('packages/lanes/src/a.ts', text).map(({ target }) => target)).toEqual([
    'one',
    'two',
    'three',
    'packages/lanes/src/four.ts',
    'five',
  ]);
});
