// Keeps the page up to date from /_sim/stream, and makes its buttons work. Everything that was sent to the simulator is
// hostile text: it goes into the page by textContent alone.
const byId = (id) => document.getElementById(id);
const rates = [];

function show(snapshot) {
  const { stats, faults } = snapshot;
  byId('operations').textContent = stats.operations.toLocaleString('en');
  byId('requests').textContent = stats.requests.toLocaleString('en');
  byId('people').textContent = snapshot.people.toLocaleString('en');
  byId('repeats').textContent = stats.repeats.toLocaleString('en');
  byId('rejected').textContent = stats.rejected.toLocaleString('en');
  byId('rate').textContent = rate(snapshot).toLocaleString('en');
  showTally('by-status', stats.byStatus);
  showTally('by-action', stats.byAction);
  showFaults(faults);
  showArrivals(snapshot.arrivals);
}

/** Over the last five seconds, so that the figure is readable. */
function rate({ now, stats }) {
  if (rates.length > 0 && stats.operations < rates.at(-1).operations) rates.length = 0;
  rates.push({ now, operations: stats.operations });
  while (rates.length > 11) rates.shift();
  const [first] = rates;
  const seconds = (now - first.now) / 1000;
  return seconds > 0 ? Math.round((stats.operations - first.operations) / seconds) : 0;
}

function showTally(id, counts) {
  byId(id).replaceChildren(
    ...Object.entries(counts).map(([key, count]) => {
      const item = document.createElement('li');
      const name = document.createElement('b');
      name.textContent = key;
      item.append(name, ` ${count.toLocaleString('en')}`);
      return item;
    }),
  );
}

function showFaults(faults) {
  const isBroken = Object.keys(faults).length > 0;
  byId('faults').className = isBroken ? 'broken' : 'well';
  byId('state').textContent = isBroken ? 'Broken' : 'All is well';
  byId('plan').textContent = isBroken ? JSON.stringify(faults) : '';
}

function showArrivals(arrivals) {
  byId('arrivals').hidden = arrivals.length === 0;
  byId('empty').hidden = arrivals.length > 0;
  byId('arrivals').tBodies[0].replaceChildren(...arrivals.map(toRow));
}

function toRow({ sequence, receivedAt, action, subject, detail, outcome }) {
  const row = document.createElement('tr');
  row.className = outcome === 'applied' ? 'applied' : 'other';
  const time = new Date(receivedAt).toISOString().slice(11, 23);
  for (const text of [sequence, time, action, subject, detail, outcome]) {
    const cell = document.createElement('td');
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}

async function call(path, init) {
  try {
    const response = await fetch(path, init);
    if (!response.ok) byId('connection').textContent = `The simulator refused: ${response.status}`;
  } catch {
    byId('connection').textContent = 'The simulator does not answer.';
  }
}

for (const button of document.querySelectorAll('button[data-faults]')) {
  button.addEventListener('click', () => call('/_sim/faults', { method: 'POST', body: button.dataset.faults }));
}
byId('mend').addEventListener('click', () => call('/_sim/faults', { method: 'DELETE' }));
byId('forget').addEventListener('click', () => call('/_sim/state', { method: 'DELETE' }));

const stream = new EventSource('/_sim/stream');
stream.addEventListener('open', () => {
  byId('connection').textContent = 'Live: what services send to this Track API shows up here.';
});
stream.addEventListener('error', () => {
  byId('connection').textContent = 'Lost the simulator; this page goes on when it is back.';
});
stream.addEventListener('message', (event) => show(JSON.parse(event.data)));
