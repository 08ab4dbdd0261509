import type { Example } from './example.ts';

/** The statistics of a time before the first event, and the latest outcomes. */
export const stats: readonly Example[] = [
  {
    operation: 'GET /v3/stats',
    as: 'backend',
    query: { from: '1741847400000', to: '1741851000000', step: '1h', by: 'provider,outcome' },
    status: 200,
    answer: {
      data: {
        from: 1_741_845_600_000,
        to: 1_741_851_000_000,
        step: '1h',
        bucketsS: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600],
        total: {
          events: { call: 0, chat: 0, bulk: 0 },
          settled: [],
          suppressed: {},
          latency: {},
          percentiles: {},
        },
        points: [],
      },
    },
  },
  {
    operation: 'GET /v3/outcomes',
    as: 'backend',
    query: { cursor: '9000000000000-0' },
    status: 200,
    answer: { data: [], meta: { cursor: '9000000000000-0' } },
  },
];
