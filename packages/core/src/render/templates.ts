import { z } from 'zod';
import {
  DEFAULT_TEMPLATES,
  type Template,
  type TemplateField,
  type TemplateKey,
  type Templates,
  type TemplateTexts,
} from './template-defaults.ts';

export { DEFAULT_TEMPLATES, type Template, type TemplateKey, type Templates, type TemplateTexts };

const MAX_TEXT = 2000;
const MAX_LOCALES = 100;
const LOCALE = /^[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}$/;

type TextsPatch = Partial<Record<TemplateField, string | null>>;
type TemplatePatch = TextsPatch & { locales?: Record<string, TextsPatch | null> | null };

/** Every template accepts a fallback, even if the default has none. */
const textsPatch = (standard: Template) => {
  const fields = ['titleOneOnOne', 'titleGroup', 'body_fallback', ...Object.keys(standard)];
  return z.object(Object.fromEntries(fields.map((name) => [name, z.string().max(MAX_TEXT).nullish()])));
};

const templatePatch = (standard: Template) => {
  const texts = textsPatch(standard);
  const locales = z
    .record(z.string().regex(LOCALE, 'must be a language tag, such as "de" or "pt-BR"'), texts.nullable())
    .refine((value) => Object.keys(value).length <= MAX_LOCALES, `must not be more than ${MAX_LOCALES} languages`);
  return texts.extend({ locales: locales.nullish() });
};

/**
 * A change to templates: texts of at most 2,000 characters; `null` restores the default; names unknown to the template
 * are ignored.
 */
export const TemplatesPatch = z.object(
  Object.fromEntries(
    Object.entries(DEFAULT_TEMPLATES).map(([key, standard]) => [key, templatePatch(standard).nullish()]),
  ),
) as unknown as z.ZodType<Partial<Record<TemplateKey, TemplatePatch | null>>>;

/**
 * The texts of a template for readers of these languages, preferred first: for each language its own texts, then those
 * of its wider languages (`pt-BR`, then `pt`: https://www.rfc-editor.org/rfc/rfc4647#section-3.4), finally those
 * without a language. Case does not matter, and `_` equals `-`.
 */
export function textsFor(template: Template, languages: readonly (string | undefined)[]): TemplateTexts[] {
  if (template.locales === undefined) return [template];
  const variants = new Map(Object.entries(template.locales).map(([tag, texts]) => [normal(tag), texts]));
  const found = languages.flatMap((language) => wider(language).map((tag) => variants.get(tag)));
  return [...found.filter((texts) => texts !== undefined), template];
}

const normal = (tag: string): string => tag.toLowerCase().replaceAll('_', '-');

const wider = (language: string | undefined): string[] => {
  const parts = language === undefined ? [] : normal(language).split('-');
  return parts.map((_part, index) => parts.slice(0, parts.length - index).join('-'));
};

/** The first of these fields in the nearest language. An empty text does not count: a notification needs words. */
export function textOf(texts: readonly TemplateTexts[], fields: readonly TemplateField[]): string | undefined {
  for (const layer of texts) {
    for (const field of fields) {
      if (layer[field]) return layer[field];
    }
  }
  return undefined;
}
