// Refreshes the overview, except while the page is hidden. Marks the page as stale if the console does not answer.
const EVERY_MS = 3000;
const overview = document.getElementById('overview');

async function refresh() {
  try {
    const response = await fetch(overview.dataset.source, { redirect: 'manual' });
    // Redirected to the login page, since the session has ended: reload, so that the browser goes there.
    if (response.type === 'opaqueredirect') return location.reload();
    if (!response.ok) throw new Error(`status ${response.status}`);
    overview.innerHTML = await response.text();
    document.body.classList.remove('stale');
  } catch {
    document.body.classList.add('stale');
  }
}

setInterval(() => document.hidden || refresh(), EVERY_MS);
document.addEventListener('visibilitychange', () => document.hidden || refresh());
