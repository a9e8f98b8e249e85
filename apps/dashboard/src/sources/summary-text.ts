import { formatDuration } from '../page/format.ts';
import { deliveredShare, type SourcesReport, settledOf } from './source-reports.ts';

/** The report as a few lines of text, to be mailed or posted once a day. */
export function summaryText(workspace: string, hours: number, { sources, gateway }: SourcesReport): string {
  const lines = [`cio-fleet ${workspace}: the last ${hours} hours`, ''];
  if (sources.kind === 'off') lines.push('There is no journal, so nothing is known by source.');
  if (sources.kind === 'away') lines.push(`The journal does not answer: ${plain(sources.message)}`);
  for (const report of sources.kind === 'answer' ? sources.value : []) {
    const { source, outcomes, errors, averageQueuedMs, maxQueuedMs, topNames } = report;
    lines.push(
      `${plain(source) || '(no source)'}: ${settledOf(report)} settled, ${outcomes.delivered ?? 0} delivered (${deliveredShare(report)}), ${outcomes['dead-lettered'] ?? 0} dead-lettered, ${outcomes.failed ?? 0} failed attempts`,
      `  accepted to delivered: ${formatDuration(averageQueuedMs)} on average, ${formatDuration(maxQueuedMs)} at most`,
    );
    const named = (pairs: readonly (readonly [string, number])[]) =>
      pairs.map(([name, count]) => `${plain(name)} ${count}`).join(', ');
    const worst = Object.entries(errors)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 5);
    if (worst.length > 0) lines.push(`  errors: ${named(worst)}`);
    if (topNames.length > 0)
      lines.push(`  names: ${named(topNames.slice(0, 5).map(({ name, count }) => [name, count]))}`);
  }
  const refused = gateway.filter((key) => key.refused + key.limited + key.unauthorised > 0);
  if (refused.length > 0) lines.push('', 'Refused by the gateway:');
  for (const { subject, operations, refused: bad, limited, unauthorised } of refused) {
    lines.push(
      `${plain(subject)}: ${operations} operations, ${bad} refused, ${limited} limited, ${unauthorised} with wrong credentials`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** On one line, whatever a sender wrote. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, 200);
}
