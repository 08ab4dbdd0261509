import fastJson from 'fast-json-stringify';
import type { FastifySerializerCompiler } from 'fastify';
import { z } from 'zod';

/**
 * Serializes a route's answers with code compiled from the zod schema that the OpenAPI document shows: a third of the
 * time of `JSON.stringify` for a small answer (ADR 22). It leaves out what the schema does not name and throws if a
 * required field is missing. A union would make it slow.
 */
export const bySchema: FastifySerializerCompiler<unknown> = ({ schema }) =>
  fastJson(z.toJSONSchema(schema as z.ZodType, { target: 'draft-7', io: 'output' }) as fastJson.Schema);
