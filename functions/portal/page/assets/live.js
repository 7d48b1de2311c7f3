// Brings what is marked live on the page up to date every few seconds, unless somebody is at work in it, and says moments in the
// visitor's own time where that differs.
'use strict';
const every = 3000;

function ownTime() {
  const here = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
  for (const t of document.querySelectorAll('time[datetime]:not([title])')) {
    const own = here.format(new Date(t.dateTime));
    t.title = own;
    if (t.closest('dd')) {
      const extra = document.createElement('span');
      extra.className = 'quiet own-time';
      extra.textContent = ` (${own} ${Intl.DateTimeFormat().resolvedOptions().timeZone})`;
      t.after(extra);
    }
  }
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'manual' });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const to of document.querySelectorAll('[data-live]')) {
      const busy = to.querySelector('details[open]') || (document.activeElement?.closest('form') && to.contains(document.activeElement));
      const from = next.getElementById(to.id);
      if (!busy && from) {
        // Links to upload change with the clock; only what can be seen counts.
        if (from.textContent !== to.dataset.text) {
          from.dataset.text = from.textContent;
          to.replaceWith(from);
          ownTime();
        }
      }
    }
  } catch { /* the next round tries again */ }
}

async function round() {
  if (!document.hidden && document.querySelector('[data-live]')) await refresh();
  setTimeout(round, every);
}
for (const part of document.querySelectorAll('[data-live]')) part.dataset.text = part.textContent;
ownTime();
document.addEventListener('refresh', refresh);
setTimeout(round, every);
