export * from './enums.ts';
export * from './errors.ts';
export * from './events.ts';
export type { ImportLine, ImportLines, ImportOptions, ImportProgress } from './imports.ts';
export * from './notifications.ts';
export * from './preferences.ts';
export * from './server.ts';
export * from './verify-webhook.ts';
export * from './webhook-body.ts';
