import { expect, it } from 'vitest';
import { createRegistry } from './registry.ts';

it('names every metric cio_fleet_*, in Prometheus spelling', () => {
  const names = createRegistry({ app: 'worker', version: '1.2.3' })
    .getMetricsAsArray()
    .map(({ name }) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !/^cio_fleet_[a-z0-9_]+$/.test(name))).toEqual([]);
});

it('tells which app and version runs', async () => {
  const text = await createRegistry({ app: 'worker', version: '1.2.3' }).metrics();
  expect(text).toContain('cio_fleet_build_info{app="worker",version="1.2.3"} 1');
});

it('gives each app a registry of its own', () => {
  const options = { app: 'worker', version: '1.2.3' };
  expect(() => [createRegistry(options), createRegistry(options)]).not.toThrow();
});
