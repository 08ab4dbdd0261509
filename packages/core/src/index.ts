export * from './custom-body.ts';
export * from './notification-details.ts';
export * from './outcome.ts';
export * from './provider.ts';
