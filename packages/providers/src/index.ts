export { parseCidrs } from './custom/addresses.ts';
export { type CustomProviderOptions, createCustomProvider } from './custom/client.ts';
export { type AddressPolicy, webhookUrlProblem } from './custom/guard.ts';
export type { Resolve } from './custom/lookup.ts';
export { signingSecretProblem } from './custom/sign.ts';
