// Keys for those who don't want the mouse: `/` finds a person, `g` and a letter goes to a page, `?` lists them all.
// They can be turned off, since people who speak to their computer press keys by accident (WCAG 2.1.4).
const OFF = 'cio-fleet-keys-off';
const WAIT_MS = 1500;

const help = document.getElementById('keys');
const toggle = document.getElementById('keys-on');
let gPressedAt = Number.NEGATIVE_INFINITY;

function isTyping(target) {
  return target instanceof Element && target.closest('input, select, textarea, [contenteditable]') !== null;
}

function go(letter) {
  const link = document.querySelector(`[data-key="${CSS.escape(letter)}"]`);
  if (link !== null) location.assign(link.href);
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (help.open || localStorage.getItem(OFF) !== null) return;
  const isAfterG = event.timeStamp - gPressedAt < WAIT_MS;
  gPressedAt = Number.NEGATIVE_INFINITY;
  if (isAfterG) go(event.key);
  else if (event.key === 'g') gPressedAt = event.timeStamp;
  else if (event.key === '?') help.showModal();
  else if (event.key === '/') {
    const field = document.querySelector('input[type="search"]');
    if (field === null) return;
    event.preventDefault();
    field.focus();
    field.select();
  }
});

document.getElementById('keys-show').addEventListener('click', () => help.showModal());
toggle.checked = localStorage.getItem(OFF) === null;
toggle.addEventListener('change', () => {
  if (toggle.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, '1');
});
document.getElementById('keys-show').hidden = false;
