import type { Simulation } from '../simulation.ts';
import { escapeHtml } from './escape-html.ts';
import { type ArrivalLine, type Snapshot, snapshotOf } from './snapshot.ts';

/** What the buttons send; the script reads it from `data-faults`. */
const BREAKAGES: readonly (readonly [label: string, faults: object])[] = [
  ['503 for all', { status: 503 }],
  ['503 for 30 %', { status: 503, rate: 0.3 }],
  ['429, Retry-After 5 s', { status: 429, retryAfterSeconds: 5 }],
  ['401', { status: 401 }],
  ['HTML 502', { html: true, status: 502 }],
  ['2 s slower', { latencyMs: 2000 }],
  ['Hang', { hang: true }],
  ['Lose the answer', { dropAfterAccept: true }],
  ['Reset in mid-answer', { resetMidAnswer: true }],
];

/** The page as it is now; its script keeps it up to date. */
export function renderPage(simulation: Simulation): string {
  const snapshot = snapshotOf(simulation);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Customer.io simulator</title>
<link rel="icon" href="/_sim/assets/simulator.svg" type="image/svg+xml">
<link rel="stylesheet" href="/_sim/assets/simulator.css">
<script src="/_sim/assets/simulator.js" defer></script>
</head>
<body>
<header>
<h1>Customer.io simulator</h1>
<p id="connection" role="status">A stand-in for the Track API. What services send to it shows up here.</p>
</header>
<main>
${renderStats(snapshot)}
${renderFaults(snapshot)}
${renderStatuses(snapshot)}
${renderArrivals(snapshot.arrivals)}
</main>
</body>
</html>
`;
}

function renderStats({ stats, people }: Snapshot): string {
  const figures: readonly (readonly [id: string, label: string, value: number])[] = [
    ['operations', 'operations', stats.operations],
    ['rate', 'per second', 0],
    ['requests', 'requests', stats.requests],
    ['people', 'people', people],
    ['repeats', 'repeats', stats.repeats],
    ['rejected', 'rejected', stats.rejected],
  ];
  const items = figures.map(([id, label, value]) => `<div><dt>${label}</dt><dd id="${id}">${value}</dd></div>`);
  return `<section aria-label="Counts"><dl class="figures">${items.join('')}</dl></section>`;
}

function renderFaults({ faults }: Snapshot): string {
  const isBroken = Object.keys(faults).length > 0;
  const buttons = BREAKAGES.map(
    ([label, plan]) =>
      `<button type="button" data-faults="${escapeHtml(JSON.stringify(plan))}">${escapeHtml(label)}</button>`,
  );
  return `<section aria-labelledby="faults-title" id="faults" class="${isBroken ? 'broken' : 'well'}">
<h2 id="faults-title">Faults</h2>
<p><strong id="state">${isBroken ? 'Broken' : 'All is well'}</strong> <code id="plan">${
    isBroken ? escapeHtml(JSON.stringify(faults)) : ''
  }</code></p>
<div class="buttons">${buttons.join('')}</div>
<div class="buttons"><button type="button" class="mend" id="mend">Mend</button><button type="button" class="forget" id="forget">Forget everything</button></div>
<noscript><p>Without JavaScript, break it with <code>curl -d '{"status":503}' …/_sim/faults</code>, mend it with
<code>curl -X DELETE …/_sim/faults</code>, and reload this page to see what came.</p></noscript>
</section>`;
}

function renderStatuses({ stats }: Snapshot): string {
  const items = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([key, count]) => `<li><b>${escapeHtml(key)}</b> ${count}</li>`)
      .join('');
  return `<section class="tallies" aria-label="Tallies">
<div><h2>Answers</h2><ul id="by-status">${items(stats.byStatus)}</ul></div>
<div><h2>Actions</h2><ul id="by-action">${items(stats.byAction)}</ul></div>
</section>`;
}

function renderArrivals(arrivals: readonly ArrivalLine[]): string {
  return `<section aria-labelledby="arrivals-title">
<h2 id="arrivals-title">Latest arrivals</h2>
<p id="empty"${arrivals.length > 0 ? ' hidden' : ''}>Nothing yet. Point an SDK at <code>/api/v1</code> of this address.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="arrivals-title">
<table${arrivals.length > 0 ? '' : ' hidden'} id="arrivals">
<thead><tr><th>#</th><th>Time (UTC)</th><th>Action</th><th>Who</th><th>What</th><th>Outcome</th></tr></thead>
<tbody>${arrivals.map(renderArrival).join('')}</tbody>
</table>
</div>
</section>`;
}

function renderArrival(line: ArrivalLine): string {
  const time = new Date(line.receivedAt).toISOString().slice(11, 23);
  const cells = [String(line.sequence), time, line.action, line.subject, line.detail, line.outcome];
  return `<tr class="${line.outcome === 'applied' ? 'applied' : 'other'}">${cells
    .map((cell) => `<td>${escapeHtml(cell)}</td>`)
    .join('')}</tr>`;
}
