// Runs on the pages of Bull Board, after each change of them: gives a name to what has none, and a heading.
const NAMES = { maximize: 'Full screen', settings: 'Settings', 'circle-user': 'Menu' };

const set = (element, name, value) => element.getAttribute(name) === value || element.setAttribute(name, value);

/** The name of a button that shows nothing but an icon, by the class of the icon: `lucide-arrow-up`. */
function nameOf(button) {
  const icon = [...(button.querySelector('svg')?.classList ?? [])].find((one) => one.startsWith('lucide-'));
  const name = icon?.slice('lucide-'.length);
  return NAMES[name] ?? name?.replaceAll('-', ' ') ?? 'Redis';
}

function mend() {
  for (const button of document.querySelectorAll('button:not([aria-label], [aria-labelledby], [title])')) {
    if (button.innerText.trim() === '') set(button, 'aria-label', nameOf(button));
  }
  for (const icon of document.querySelectorAll('svg[role=img]:not([aria-label])')) {
    set(icon, 'role', 'none');
    set(icon, 'aria-hidden', 'true');
  }
  // The only headings on a job's card, right below that of its queue.
  for (const heading of document.querySelectorAll('h5')) set(heading, 'aria-level', '2');
  // The name stands beside the logo.
  for (const logo of document.querySelectorAll('header a img')) set(logo, 'alt', '');
  const brand = document.querySelector('header a img + *');
  if (!brand) return;
  // Pages of one queue have a heading of their own.
  if (document.querySelector('h1')) {
    brand.removeAttribute('role');
    brand.removeAttribute('aria-level');
  } else {
    set(brand, 'role', 'heading');
    set(brand, 'aria-level', '1');
  }
}

let isPlanned = false;
new MutationObserver(() => {
  if (isPlanned) return;
  isPlanned = true;
  requestAnimationFrame(() => {
    isPlanned = false;
    mend();
  });
}).observe(document.body, { childList: true, subtree: true });
