// Keeps the fleet page fresh: asks the page's own address for the part that changes and swaps what differs.
const INTERVAL_MS = 2000;
const TIMEOUT_MS = 10_000;

const stale = document.getElementById('stale');
let isRefreshing = false;

async function refresh() {
  const current = document.querySelector('[data-refresh]');
  if (current === null || document.hidden || isRefreshing) return;
  isRefreshing = true;
  try {
    // Where the page's own address would do more than look, the part names a lighter one.
    const response = await fetch(current.dataset.refresh || location.href, {
      headers: { 'x-cio-fleet-fragment': '1', accept: 'text/html' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const next = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('[data-refresh]');
    if (next === null) throw new Error('no fleet in the answer');
    adopt(current, next);
    stale.hidden = true;
  } catch {
    // The server says nothing useful when it is away: the notice tells the reader that the numbers are old.
    stale.hidden = false;
  } finally {
    isRefreshing = false;
  }
}

/** Makes `current` equal to `next`, touching only what differs: focus, selection and scroll positions stay. */
function adopt(current, next) {
  if (current.isEqualNode(next)) return;
  const isSameKind = current.nodeType === next.nodeType && current.nodeName === next.nodeName;
  if (!isSameKind) {
    current.replaceWith(next);
    return;
  }
  if (current.nodeType === Node.TEXT_NODE) {
    current.data = next.data;
    return;
  }
  for (const { name } of [...current.attributes]) if (!next.hasAttribute(name)) current.removeAttribute(name);
  for (const { name, value } of next.attributes) {
    if (current.getAttribute(name) !== value) current.setAttribute(name, value);
  }
  const [old, fresh] = [[...current.childNodes], [...next.childNodes]];
  fresh.forEach((child, index) => {
    if (old[index] === undefined) current.append(child);
    else adopt(old[index], child);
  });
  for (const child of old.slice(fresh.length)) child.remove();
}

setInterval(refresh, INTERVAL_MS);
document.addEventListener('visibilitychange', refresh);
