import { z } from 'zod';
import { Api } from './api.ts';
import type { System } from './system.ts';

/** A part of the document that describes one body. */
type Content = Record<string, { schema?: object; examples?: Record<string, { value: unknown }> }>;

/** The OpenAPI document, as far as tests look at it. */
export interface Document {
  openapi: string;
  info: object;
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation['operation']>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}

/** One operation, by its method and path as documented, e.g. `GET /v3/users/{uid}`. */
export interface Operation {
  key: string;
  method: string;
  path: string;
  operation: {
    operationId?: string;
    summary?: string;
    description?: string;
    tags?: string[];
    security?: Record<string, string[]>[];
    parameters?: { name: string; in: string; required?: boolean; schema?: object }[];
    requestBody?: { required?: boolean; content?: Content };
    responses?: Record<string, { description?: string; headers?: object; content?: Content }>;
  };
}

/** The document as anyone can read it. */
export const readDocument = async ({ url }: System): Promise<Document> =>
  (await new Api(url, {}).get('/openapi.json')).body;

/** Every documented operation. */
export const operationsOf = ({ paths }: Document): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, operation]) => {
      const method = name.toUpperCase();
      return { key: `${method} ${path}`, method, path, operation };
    }),
  );

/** A check by the schema of a body, whatever its media type; undefined where there is none. */
export function schemaOf({ components }: Document, content: unknown): z.ZodType | undefined {
  const [media] = Object.values((content ?? {}) as Content);
  if (!media?.schema) return undefined;
  const $defs = components.schemas;
  const local = JSON.stringify({ ...media.schema, $defs }).replaceAll('#/components/schemas/', '#/$defs/');
  return z.fromJSONSchema(JSON.parse(local));
}
