/** Drawn on a grid of 20 by 20, as lines. */
const PATHS = {
  overview: 'M3 11a7 7 0 0 1 14 0M10 11l3.5-3.5M3 15h14',
  events: 'M4 5h12M4 10h12M4 15h7',
  people:
    'M7.5 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 17c0-3 2.5-5 5.5-5s5.5 2 5.5 5M13 3.4a3 3 0 0 1 0 5.2M15 12.5q3 1 3 4.5',
  providers: 'M6 3v5M14 3v5M4 8h12v2a6 6 0 0 1-12 0zM10 16v2',
  settings: 'M4 6h7M15 6h1M4 14h1M9 14h7M13 8V4M7 16v-4',
  letters: 'M3 5h14v10H3zM3 6l7 5 7-5',
  send: 'M3 10L17 4l-5 13-2.5-5.5zM9.5 11.5L17 4',
  apps: 'M3 3h5.5v5.5H3zM11.5 3H17v5.5h-5.5zM3 11.5h5.5V17H3zM11.5 11.5H17V17h-5.5z',
  keys: 'M7 13a4 4 0 1 1 3.5-6H17v3h-2v2h-3v-1.5h-1.5A4 4 0 0 1 7 13zM6.5 9h.01',
  system: 'M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.01M6 13.5h.01',
  audit: 'M5 3h7l3 3v11H5zM8 9h4M8 12.5h4',
  queues: 'M3 6l7-3 7 3-7 3zM3 10l7 3 7-3M3 14l7 3 7-3',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.5 13.5L17 17',
  help: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM8 8a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.2M10 13.6h.01',
  out: 'M8 3H4v14h4M8 10h9M14 7l3 3-3 3',
  menu: 'M3 5h14M3 10h14M3 15h14',
  pause: 'M7 4v12M13 4v12',
  play: 'M6 4l10 6-10 6z',
  copy: 'M7 7h9v10H7zM4 13V3h9',
  check: 'M4 10.5l4 4 8-9',
  cross: 'M5 5l10 10M15 5L5 15',
  more: 'M8 5l5 5-5 5',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: what it stands beside says the same in words. */
export const Icon = ({ name, size = 18 }: { name: IconName; size?: number }) => (
  <svg
    viewBox="0 0 20 20"
    width={size}
    height={size}
    fill="none"
    stroke="currentColor"
    strokeWidth="1.6"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d={PATHS[name]} />
  </svg>
);
