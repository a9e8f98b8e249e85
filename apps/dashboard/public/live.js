// Goes on with the live tail: adds rows that the server wrote, newest first, and keeps a bounded number of them.
const body = document.getElementById('outcomes');
const pause = document.getElementById('pause');
const state = document.getElementById('live-state');
const MAX_HELD_BACK = 300;

let heldBack = [];
let isPaused = false;

function parseRow(text) {
  // A template parses without running anything; the server has escaped what came from outside.
  const template = document.createElement('template');
  template.innerHTML = text;
  return template.content.firstElementChild;
}

function show(rows) {
  document.getElementById('nothing-yet')?.remove();
  for (const text of rows) {
    const row = parseRow(text);
    if (row !== null && body.querySelector(`[data-id="${CSS.escape(row.dataset.id)}"]`) === null) body.prepend(row);
  }
  while (body.children.length > Number(body.dataset.max)) body.lastElementChild.remove();
}

function setPaused(paused) {
  isPaused = paused;
  pause.setAttribute('aria-pressed', String(paused));
  pause.textContent = paused ? 'Go on' : 'Pause';
  if (paused) return;
  show(heldBack);
  heldBack = [];
  state.textContent = 'live';
}

const events = new EventSource(body.dataset.stream);
events.addEventListener('hello', () => {
  state.textContent = isPaused ? 'paused' : 'live';
});
events.addEventListener('outcomes', (event) => {
  const { rows } = JSON.parse(event.data);
  if (!isPaused) {
    show(rows);
    return;
  }
  heldBack = [...heldBack, ...rows].slice(-MAX_HELD_BACK);
  state.textContent = `paused, ${heldBack.length} new`;
});
events.addEventListener('skipped', () => {
  state.textContent = 'live; some were skipped, for they came faster than can be read';
});
events.addEventListener('error', () => {
  state.textContent =
    events.readyState === EventSource.CLOSED
      ? 'Not live: too many live pages are open. Close one, then load this one again.'
      : 'The dashboard does not answer; trying again.';
});
pause.hidden = false;
pause.addEventListener('click', () => setPaused(!isPaused));
// Leaving a page with an open stream keeps its connection, of which a browser has few.
addEventListener('pagehide', () => events.close());
