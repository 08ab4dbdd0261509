// Keeps the overview fresh. Rests while nobody looks; says so when the console does not answer.
const EVERY_MS = 3000;
const overview = document.getElementById('overview');

async function refresh() {
  try {
    const response = await fetch(overview.dataset.source, { redirect: 'manual' });
    // Sent to the login page: the session has ended. The browser shall go there, not we.
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
