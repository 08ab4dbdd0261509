import { Event } from '@fanfare/core';
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Route } from '../http/auth.ts';
import type { Area } from '../routes/area.ts';
import { completeOperations, type Paths } from './operations.ts';
import { SECURITY_SCHEMES } from './security.ts';

const DESCRIPTION = `Push notifications for chat, with the paths, headers and bodies of CometChat's notifications API.

Success is \`{"data", "meta"?}\`, an error \`{"error": {"code", "message", "details"?}}\` with a code of the catalogue
(docs/errors.md). Times in answers are epoch seconds, in events and mutes epoch milliseconds. \`/v3.0\` is the same as
\`/v3\`. Lists that can be long come in pages: \`meta.cursor\` of one is the \`cursor\` of the next, and absent at the end.`;

/** What every error looks like. */
const ERROR = {
  type: 'object' as const,
  required: ['error'],
  properties: {
    error: {
      type: 'object' as const,
      required: ['code', 'message'],
      properties: {
        code: { type: 'string' as const, description: 'One of the catalogue; stable.' },
        message: { type: 'string' as const, description: 'A sentence that names the field where there is one.' },
        details: { description: 'With ERR_BAD_REQUEST: `{problems: [{field, problem}]}`, up to twenty.' },
      },
    },
  },
};

/**
 * How the OpenAPI document is made: schemas from the zod schemas of the routes, and from `routes`, read when the
 * document is asked for, who may call what and which errors that brings.
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

/** Events are only ever posted, so the name is for their shape then: with what has a default left out. */
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

/** Schemas that are used more than once are told once, by name. */
function nameSchemas(): void {
  if (z.globalRegistry.has(Event) && z.globalRegistry.get(Event)?.id !== undefined) return;
  z.globalRegistry.add(Event, { id: 'Event', description: 'What happened in the chat; `type` tells which fields.' });
}
