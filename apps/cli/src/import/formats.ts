/** What a file contains: lines of an import, answers of CometChat's API, or CSV. */
export const FORMATS = ['ndjson', 'cometchat', 'csv'] as const;
export type Format = (typeof FORMATS)[number];
