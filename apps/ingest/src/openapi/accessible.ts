/** Swagger UI's colours, by day and by night, with the contrast that WCAG AA asks for; nothing wider than a phone. */
const CSS = `
html:not(.dark-mode) {
  .swagger-ui .info a, .swagger-ui .info .title small pre, .swagger-ui a.nostyle { color: #1d5fb8; }
  .swagger-ui .opblock-tag a.nostyle, .swagger-ui .opblock-summary a.nostyle { color: #22262c; }
  .swagger-ui .info .title small { background: #4b5563; }
  .swagger-ui .info .title small.version-stamp { background: #3d6b00; }
  .swagger-ui .info .title small pre { color: #ffffff; }
  .swagger-ui .btn.authorize { border-color: #15703f; color: #15703f; }
  .swagger-ui .btn.authorize svg { fill: #15703f; }
  .swagger-ui .btn.try-out__btn, .swagger-ui .tab li button.tablinks, .swagger-ui .parameter__name,
  .swagger-ui .parameter__type, .swagger-ui .response-col_links, .swagger-ui .opblock-summary-description,
  .swagger-ui .response-control-media-type__accept-message, .swagger-ui .prop-format,
  .swagger-ui .json-schema-2020-12__title, .swagger-ui .json-schema-2020-12-keyword__name { color: #22262c; }
  .swagger-ui .response-control-media-type__accept-message, .swagger-ui .prop-format { color: #3f4650; }
  .swagger-ui .parameter__name.required span, .swagger-ui .parameter__name.required::after { color: #b42318; }
  .swagger-ui .opblock.opblock-get .opblock-summary-method { background: #1f5fae; }
  .swagger-ui .opblock.opblock-post .opblock-summary-method { background: #15703f; }
  .swagger-ui .opblock.opblock-put .opblock-summary-method { background: #8a5300; }
  .swagger-ui .opblock.opblock-patch .opblock-summary-method { background: #0b6b62; }
  .swagger-ui .opblock.opblock-delete .opblock-summary-method { background: #b42318; }
  .swagger-ui .opblock.opblock-deprecated { opacity: 1; }
  .swagger-ui .json-schema-2020-12-expand-deep-button { color: #3f4650; }
  .swagger-ui .btn.cancel { border-color: #b42318; color: #b42318; }
}
html.dark-mode {
  .swagger-ui .examples-select__section-label, .swagger-ui .header-col { color: #e4e6e6; }
  .swagger-ui .expand-operation svg { fill: #e4e6e6; }
  .swagger-ui .btn.cancel { border-color: #ff9a9a; color: #ff9a9a; }
}
.swagger-ui .btn.execute { border-color: #1f5fae; background: #1f5fae; }
.swagger-ui .highlight-code span[style*="rgb(211, 99, 99)"] { color: #ff9a9a !important; }
@media (width < 48rem) {
  .swagger-ui .wrapper { padding: 0 12px; }
  .swagger-ui .opblock-summary-control { flex-wrap: wrap; }
  .swagger-ui .opblock-body { overflow-x: auto; }
}
`;

/**
 * Runs in the page after each change: Swagger UI has two kinds of headings for one level, text outside of
 * landmarks, choices without names, links within buttons, and no word on the width of a phone or on the night.
 */
const SCRIPT = `
const viewport = document.createElement('meta');
viewport.name = 'viewport';
viewport.content = 'width=device-width, initial-scale=1';
document.head.append(viewport);

const night = matchMedia('(prefers-color-scheme: dark)');
const paint = () => document.documentElement.classList.toggle('dark-mode', night.matches);
night.addEventListener('change', paint);
paint();

const REGIONS = { '.information-container': 'About', '.scheme-container': 'Access', '.models': 'Schemas' };
const LEVELS = { H3: 2, H4: 3, H5: 4 };
const set = (element, name, value) => element.getAttribute(name) === value || element.setAttribute(name, value);
const all = (selector, change) => document.querySelectorAll(selector).forEach(change);

function mend() {
  for (const [selector, name] of Object.entries(REGIONS)) {
    all(selector, (part) => {
      set(part, 'role', 'region');
      set(part, 'aria-label', name);
    });
  }
  all('.swagger-ui :is(h3, h4, h5)', (heading) => set(heading, 'aria-level', String(LEVELS[heading.tagName])));
  all('.opblock-summary-control a[href]', (link) => link.removeAttribute('href'));
  all('.auth-btn-wrapper button', (button) => button.removeAttribute('aria-label'));
  all('.close-modal', (button) => set(button, 'aria-label', 'Close'));
  all('textarea.body-param__text', (text) => set(text, 'aria-label', 'Request body'));
  all('#servers', (choice) => set(choice, 'aria-label', 'Server'));
  all('select.examples-select-element', (choice) => set(choice, 'aria-label', 'Example'));
  all('select:not([aria-label], #servers)', (choice) => {
    const name = choice.closest('[data-param-name]')?.dataset.paramName;
    set(choice, 'aria-label', name ?? 'Media type');
  });
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
`;

/** What is added to Swagger UI, so that its page can be used with a keyboard, a screen reader and a phone. */
export const ACCESSIBLE = {
  css: [{ filename: 'accessible.css', content: CSS }],
  js: [{ filename: 'accessible.js', content: SCRIPT }],
};
