import { parseArgs } from 'node:util';
import { runFuzz } from './fuzz-run.ts';

const USAGE = 'usage: npm run fuzz -- [--requests N] [--seed N] [--connections N]';

try {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      connections: { type: 'string', default: '64' },
    },
  });
  const report = await runFuzz({
    requests: whole('--requests', values.requests),
    seed: whole('--seed', values.seed),
    connections: whole('--connections', values.connections),
    // Progress goes to stderr, so that stdout is the report and nothing else.
    onProgress: (message) => console.error(message),
  });
  console.log(JSON.stringify(report, undefined, 2));
  process.exit(report.problems.length === 0 ? 0 : 1);
} catch (error) {
  console.error(error);
  process.exit(2);
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`${name}: expected a whole number above 0, got ${JSON.stringify(text)}; ${USAGE}`);
}
