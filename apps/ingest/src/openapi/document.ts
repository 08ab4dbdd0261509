import { Event } from '@fanfare/core';
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Route } from '../http/auth.ts';
import type { Area } from '../routes/area.ts';
import { completeOperations, type Paths } from './operations.ts';
import { SECURITY_SCHEMES } from './security.ts';

const DESCRIPTION = `Push notifications for chat, with the paths, headers and bodies of CometChat's notifications API.

Successful responses are \`{"data", "meta"?}\`; errors are \`{"error": {"code", "message", "details"?}}\` with a code
listed in docs/errors.md. Times in responses are epoch seconds; in events and mutes they are epoch milliseconds.
\`/v3.0\` is an alias for \`/v3\`. Long lists are paged: pass \`meta.cursor\` of one page as \`cursor\` to get the
next; the last page has none.`;

/** The shape of every error. */
const ERROR = {
  type: 'object' as const,
  required: ['error'],
  properties: {
    error: {
      type: 'object' as const,
      required: ['code', 'message'],
      properties: {
        code: { type: 'string' as const, description: 'A stable code, listed in docs/errors.md.' },
        message: { type: 'string' as const, description: 'What is wrong, with the name of the field if there is one.' },
        details: { description: 'With ERR_BAD_REQUEST: `{problems: [{field, problem}]}`, at most 20.' },
      },
    },
  },
};

/**
 * Options for generating the OpenAPI document. Schemas come from the routes' zod schemas; access rules and errors come
 * from `routes`, which is read when the document is requested.
 */
export function documentOptions(routes: readonly Route[], areas: readonly Area[]): FastifyDynamicSwaggerOptions {
  nameSchemas();
  return {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Fanfare', version: '3', description: DESCRIPTION, license: { name: 'Apache-2.0' } },
      servers: [{ url: '/', description: 'This server.' }],
      tags: areas.map(({ tag: name, description }) => ({ name, description })),
      components: { securitySchemes: SECURITY_SCHEMES, schemas: { Error: ERROR } },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => {
      const complete = asPosted(jsonSchemaTransformObject(document) as Complete);
      return { ...complete, paths: completeOperations(complete.paths, routes) };
    },
  };
}

interface Complete {
  paths: Paths;
  components: { schemas: Record<string, unknown> };
}

/** Events only appear in requests, so `Event` names the input schema, in which fields with a default are optional. */
function asPosted(document: Complete): Complete {
  const { paths, components } = document;
  const { EventInput, ...schemas } = components.schemas;
  const renamed = JSON.stringify(paths).replaceAll('"#/components/schemas/EventInput"', '"#/components/schemas/Event"');
  return {
    ...document,
    paths: JSON.parse(renamed) as Paths,
    components: { ...components, schemas: { ...schemas, Event: EventInput } },
  };
}

/** Names schemas that are used more than once, so that the document defines them once. */
function nameSchemas(): void {
  if (z.globalRegistry.has(Event) && z.globalRegistry.get(Event)?.id !== undefined) return;
  z.globalRegistry.add(Event, {
    id: 'Event',
    description: 'Something that happened in the chat. `type` determines the other fields.',
  });
}
