export * from './api-keys.ts';
export * from './app-cache.ts';
export * from './apps.ts';
export * from './custom-provider.ts';
export * from './groups.ts';
export * from './redis.ts';
export * from './secrets.ts';
export * from './users.ts';
