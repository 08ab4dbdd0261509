import { ERRORS, type ErrorCode } from '@fanfare/core';
import type { Route } from '../http/auth.ts';
import { isStreamed } from '../http/body-limits.ts';
import { errorResponses, errorsOf } from './errors.ts';
import type { Example } from './examples/example.ts';
import { EXAMPLES } from './examples/index.ts';
import { securityOf, whoMayCall } from './security.ts';

/** The parts of media types, parameters and responses that are filled in here. */
interface Media {
  schema?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Content {
  content?: Record<string, Media>;
}
interface Parameter {
  name: string;
  in: string;
  example?: unknown;
}
interface Operation {
  description?: string;
  parameters?: Parameter[];
  requestBody?: Content;
  responses?: Record<string, Content & { description?: string | undefined }>;
}

/** Operations by path and method. */
export type Paths = Record<string, Record<string, Operation>>;

const ON_BEHALF_OF = {
  name: 'onBehalfOf',
  in: 'header',
  schema: { type: 'string' },
  description: 'uid of the user to act for; API keys only.',
};

const NDJSON = {
  required: true,
  content: {
    'application/x-ndjson': {
      schema: { type: 'string', description: 'One JSON object per line, read as a stream of any length.' },
    },
  },
};

/** Completes the operations described by the routes with access rules, errors and examples. */
export const completeOperations = (paths: Paths, routes: readonly Route[]): Paths =>
  Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => [
      path,
      Object.fromEntries(
        Object.entries(operations).map(([method, operation]) => [
          method,
          completed(operation, path, routeOf(routes, method.toUpperCase(), path)),
        ]),
      ),
    ]),
  );

function routeOf(routes: readonly Route[], method: string, path: string): Route {
  const url = path.replace(/\{(\w+)\}/g, ':$1');
  const route = routes.find((each) => each.method === method && each.url === url);
  if (!route) throw new Error(`${method} ${path} is documented but is not a route`);
  return route;
}

function completed(operation: Operation, path: string, route: Route) {
  const examples = EXAMPLES.filter((example) => example.operation === `${route.method} ${path}`);
  const parameters = [...(operation.parameters ?? []), ...(route.access === 'user' ? [ON_BEHALF_OF] : [])];
  const requestBody = isStreamed(route.body) ? NDJSON : operation.requestBody;
  const inputs = { hasBody: requestBody !== undefined, hasInput: parameters.length > 0 || requestBody !== undefined };
  const codes = [...errorsOf(route, inputs), ...examples.flatMap(codesOf)];
  const { description } = operation;
  return {
    ...operation,
    operationId: operationId(route.method, path),
    description: description === undefined ? whoMayCall(route) : `${description}\n\n${whoMayCall(route)}`,
    security: securityOf(route),
    ...(parameters.length === 0 ? {} : { parameters: parameters.map((each) => withExample(each, examples)) }),
    ...(requestBody ? { requestBody: withExamples(requestBody, examples, ({ body }) => body) } : {}),
    responses: responses({ ...operation.responses, ...errorResponses(codes) }, examples),
  };
}

/** E.g. `getUsersByUid`. Leaves out the version, since each path has only one. */
function operationId(method: string, path: string): string {
  const words = path
    .split('/')
    .filter((part) => part !== '' && !/^v\d$/.test(part))
    .map((part) => (part.startsWith('{') ? `by-${part.slice(1, -1)}` : part));
  const version = path.startsWith('/v2/') ? ['legacy'] : [];
  return [method.toLowerCase(), ...version, ...words]
    .join('-')
    .replace(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase());
}

const responses = (all: NonNullable<Operation['responses']>, examples: readonly Example[]) =>
  Object.fromEntries(
    Object.entries(all).map(([status, response]) => {
      const answers = examples.filter((example) => String(example.status) === status);
      return [status, withExamples(response, answers, ({ answer }) => answer)];
    }),
  );

/** The error code in an example's answer, if any. */
function codesOf({ answer }: Example): ErrorCode[] {
  const code = (answer as { error?: { code?: string } }).error?.code;
  return code !== undefined && code in ERRORS ? [code as ErrorCode] : [];
}

function withExamples<T extends Content>(holder: T, examples: readonly Example[], value: (one: Example) => unknown): T {
  const shown = examples.filter((example) => value(example) !== undefined);
  if (shown.length === 0 || !holder.content) return holder;
  const named = Object.fromEntries(shown.map((example) => [example.name ?? 'Example', { value: value(example) }]));
  const content = Object.entries(holder.content).map(([type, media]) => [type, { ...media, examples: named }]);
  return { ...holder, content: Object.fromEntries(content) };
}

function withExample(parameter: Parameter, examples: readonly Example[]): Parameter {
  const values = examples.map(
    ({ params, query, headers }) => ({ path: params, query, header: headers })[parameter.in]?.[parameter.name],
  );
  const example = values.find((value) => value !== undefined);
  return example === undefined ? parameter : { ...parameter, example };
}
