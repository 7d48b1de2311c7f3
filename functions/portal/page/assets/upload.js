// Sends a file straight to S3: checked first, with progress, cancel and retry; a large one in parts, which go on where they
// stopped, also after the page was closed.
'use strict';
const form = document.getElementById('upload'), input = document.getElementById('file');
const progress = document.getElementById('progress'), bar = document.getElementById('bar'), text = document.getElementById('progress-text');
const said = document.getElementById('said'), retry = document.getElementById('retry');
const words = form.dataset, limit = Number(words.limit);
const kinds = input.accept.split(',');
let running = null; // the request under way

function say(message, bad) {
  said.textContent = message;
  said.className = bad ? 'note bad' : message ? 'note good' : '';
}

function check(file) {
  if (file.size === 0) return words.empty;
  if (file.size > limit) return words.tooLarge;
  if (!kinds.some((k) => file.name.toLowerCase().endsWith(k))) return words.kind;
  return '';
}

function show(file, sent) {
  const percent = Math.min(100, Math.floor((100 * sent) / file.size));
  bar.value = percent;
  text.textContent = `${words.going} ${file.name}: ${percent}%`;
}

// send makes one request and tells of its progress.
function send(method, url, body, onProgress) {
  return new Promise((resolve, reject) => {
    const r = new XMLHttpRequest();
    running = r;
    r.open(method, url);
    if (onProgress) r.upload.onprogress = (e) => onProgress(e.loaded);
    r.onload = () => (r.status >= 200 && r.status < 300 ? resolve(r) : reject(Object.assign(new Error('status'), { status: r.status })));
    r.onerror = () => reject(new Error('network'));
    r.onabort = () => reject(Object.assign(new Error('abort'), { aborted: true }));
    r.send(body);
  });
}

async function ask(step, values) {
  const r = await send('POST', words.parts + step, new URLSearchParams(values));
  return JSON.parse(r.responseText);
}

// renew takes the form of the page as it is now. One ends with the credentials that signed it, which can be long before the page
// is left; the page's own may be good even if no new one is to be had.
async function renew() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'manual' });
    const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : '', 'text/html');
    words.form = page.getElementById('upload')?.dataset.form ?? words.form;
  } catch { /* the line is down: sending will say so */ }
}

async function whole(file) {
  await renew();
  const { url, fields } = JSON.parse(words.form);
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append('file', file);
  await send('POST', url, data, (sent) => show(file, sent));
}

async function inParts(file) {
  const memory = `dossier ${words.id} ${file.name} ${file.size} ${file.lastModified}`;
  let upload = null, done = new Map(), partSize = 0;
  try { upload = localStorage.getItem(memory); } catch { /* it may be forbidden: then there is no resuming */ }
  if (upload) {
    try {
      const answer = await ask('list', { name: file.name, upload });
      partSize = answer.partSize;
      done = new Map((answer.parts || []).map((p) => [p.number, p.size]));
    } catch (e) {
      if (e.status !== 404) throw e;
      upload = null;
    }
  }
  if (!upload) {
    const answer = await ask('begin', { name: file.name, size: file.size });
    ({ upload, partSize } = answer);
    try { localStorage.setItem(memory, upload); } catch { /* as above */ }
  }
  for (let number = 1, from = 0; from < file.size; number++, from += partSize) {
    const part = file.slice(from, from + partSize);
    if (done.get(number) !== part.size) {
      const { url } = await ask('url', { name: file.name, upload, number, size: part.size });
      await send('PUT', url, part, (sent) => show(file, from + sent));
    }
    show(file, from + part.size);
  }
  await ask('finish', { name: file.name, upload });
  try { localStorage.removeItem(memory); } catch { /* as above */ }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function deliver(file) {
  // A slow line drops now and then: try again by itself, a little later each time.
  for (let attempt = 1; ; attempt++) {
    try {
      return await (file.size > Number(words.partsFrom) ? inParts(file) : whole(file));
    } catch (e) {
      if (e.aborted || (e.status >= 400 && e.status < 500) || attempt === 4) throw e;
      await pause(1000 * 2 ** attempt);
    }
  }
}

async function start() {
  const files = [...input.files];
  say('');
  retry.hidden = true;
  for (const file of files) {
    const wrong = check(file);
    if (wrong) return say(`${file.name}: ${wrong}`, true);
  }
  if (files.length === 0) return;
  progress.hidden = false;
  form.querySelector('button').disabled = true;
  try {
    for (const file of files) {
      show(file, 0);
      await deliver(file);
    }
    say(words.done);
    form.reset();
  } catch (e) {
    say(e.aborted ? words.cancelled : e.status === 413 ? words.tooLarge : e.status === 429 ? words.limited : words.failed, true);
    retry.hidden = false;
  } finally {
    running = null;
    progress.hidden = true;
    form.querySelector('button').disabled = false;
    document.dispatchEvent(new Event('refresh'));
  }
}

form.addEventListener('submit', (e) => { e.preventDefault(); start(); });
document.getElementById('cancel').addEventListener('click', () => running?.abort());
retry.addEventListener('click', start);
input.addEventListener('change', () => {
  const wrong = [...input.files].map((f) => check(f) && `${f.name}: ${check(f)}`).find(Boolean);
  say(wrong || '', true);
});
for (const kind of ['dragover', 'drop', 'dragleave']) {
  form.addEventListener(kind, (e) => {
    e.preventDefault();
    form.classList.toggle('over', kind === 'dragover');
    if (kind === 'drop' && e.dataTransfer.files.length > 0) {
      input.files = e.dataTransfer.files;
      start();
    }
  });
}
