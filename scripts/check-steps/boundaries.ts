import { dirname } from 'node:path';
import type { SourceImport } from './source-imports.ts';

/** Names of the workspace's members, as in `@cio-fleet/<name>`. */
export interface WorkspaceMembers {
  readonly apps: readonly string[];
  readonly packages: readonly string[];
}

/** What the published producer may need at run time. Every one more is a burden on the host application. */
const PRODUCER_DEPENDENCIES = ['@cio-fleet/contracts', 'bullmq', 'ioredis'];

/** Their types stop at one adapter folder of a package or app, so that replacing one stays a small change. */
const ADAPTED_VENDORS = ['@opentelemetry/api', 'customerio-node', 'opossum', 'rate-limiter-flexible', 'undici'];

/** The imports that break the layout, one line each: which file, what it imports, and the rule. */
export function findBoundaryViolations(imports: readonly SourceImport[], members: WorkspaceMembers): readonly string[] {
  const single = imports.flatMap((one) => {
    const rule = brokenRule(one, members);
    return rule ? [`${one.file} imports ${one.target}: ${rule}`] : [];
  });
  return [...single, ...scatteredVendors(imports)];
}

function brokenRule({ file, target }: SourceImport, members: WorkspaceMembers): string | undefined {
  const owner = memberOf(file);
  if (!owner) return undefined; // scripts may use everything
  const isProduction = isProductionFile(file);

  if (/^(apps|packages)\//.test(target) && memberOf(target) !== owner) {
    return 'import another member by its package name, not by path';
  }
  const ours = /^@cio-fleet\/([a-z-]+)/.exec(target)?.[1];
  if (ours && members.apps.includes(ours) && owner !== `apps/${ours}`) {
    if (ours !== 'simulator') return 'no package or app imports an app';
    if (isProduction) return 'the simulator is for tests and scripts';
  }
  if (ours === 'testkit' && isProduction && owner !== 'packages/testkit') return 'the testkit is for tests and scripts';
  if (owner === 'packages/contracts' && ours && isProduction) return 'contracts depend on nothing of ours';
  if (owner === 'packages/producer' && isProduction && isForeign(target)) {
    return `the producer depends on ${PRODUCER_DEPENDENCIES.join(', ')} alone`;
  }
  return undefined;
}

function isForeign(target: string): boolean {
  if (target.startsWith('packages/') || target.startsWith('node:')) return false;
  return !PRODUCER_DEPENDENCIES.some((allowed) => target === allowed || target.startsWith(`${allowed}/`));
}

function scatteredVendors(imports: readonly SourceImport[]): readonly string[] {
  return ADAPTED_VENDORS.flatMap((vendor) => {
    const folders = imports
      .filter(({ file, target }) => target === vendor && isProductionFile(file))
      .map(({ file }) => ({ owner: memberOf(file), folder: dirname(file) }));
    const byOwner = Map.groupBy(folders, ({ owner }) => owner);
    return [...byOwner].flatMap(([owner, found]) => {
      const distinct = [...new Set(found.map(({ folder }) => folder))];
      return distinct.length > 1
        ? [`${owner} imports ${vendor} from ${distinct.join(' and ')}: keep a vendor in one adapter folder`]
        : [];
    });
  });
}

/** `packages/lanes` for anything below it; undefined for scripts. */
function memberOf(path: string): string | undefined {
  return /^(?:apps|packages)\/[^/]+/.exec(path)?.[0];
}

function isProductionFile(file: string): boolean {
  return /^(?:apps|packages)\/[^/]+\/src\//.test(file) && !file.endsWith('.test.ts');
}
