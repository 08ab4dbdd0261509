import { z } from 'zod';
import { JsonObject } from './fields.ts';

/** Texts of notifications, by kind. */
export type Templates = Record<string, unknown>;

export const TemplatesPatch = z.record(z.string(), JsonObject);

export const DEFAULT_TEMPLATES: Templates = {};
