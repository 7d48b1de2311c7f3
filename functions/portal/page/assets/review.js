// Decides by keyboard alone: 1 to 9 choose a place, f files, r rejects, u takes the last decision back, j and k go to the next and the
// one before. It happens when the key is let go, so that no letter lands in a field that is gone to.
'use strict';
// What is typed is meant, and so is what is chosen after it.
document.addEventListener('input', (e) => {
  const other = document.getElementById('other'), elsewhere = document.getElementById('elsewhere');
  if (e.target === other && other.value && elsewhere) elsewhere.checked = true;
  if (e.target.name === 'requirement' && e.target.value && other) other.value = '';
});
document.addEventListener('keyup', (e) => {
  if (e.ctrlKey || e.altKey || e.metaKey || e.target.closest('input:not([type=radio]), select, textarea')) return;
  const click = (selector) => { const to = document.querySelector(selector); if (to) { to.click(); } };
  if (e.key >= '1' && e.key <= '9') {
    const place = document.querySelector(`[data-key="${e.key}"]`);
    if (place) { place.click(); place.focus(); }
    return;
  }
  switch (e.key) {
    case 'f': click('#file-here button'); break;
    case 'j': click('#after'); break;
    case 'k': click('#before'); break;
    case 'u': click('#undo button'); break;
    case 'o': document.getElementById('other')?.focus(); break;
    case 'r': {
      const reject = document.getElementById('reject');
      if (reject) { reject.open = true; reject.querySelector('select').focus(); }
    }
  }
});
