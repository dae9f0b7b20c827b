import type { Protection } from '../access/access.js';
import { asksLater, asyncCancel, asyncPath, asyncStatus, respondLater } from './async/respond-async.js';
import { create } from './create.js';
import { conditionalRemove, remove } from './delete.js';
import { history } from './history.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { operations } from './operations.js';
import { refuseUnknownInputs } from './parameters.js';
import { patch } from './patch/patch.js';
import { read, readVersion } from './read.js';
import { search } from './search.js';
import type { Services } from './services.js';
import { conditionalUpdate, update } from './update.js';

export type Level = 'instance' | 'type' | 'system';
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Which bodies an interaction reads: a resource, a search form, a patch; absent: none. */
export type BodyKind = 'resource' | 'form' | 'patch';

/** One line of R4's table of RESTful interactions, with what answers it. */
export interface Interaction {
  /** Code of http://hl7.org/fhir/restful-interaction, or `operation`. */
  readonly code: string;
  readonly level: Level;
  readonly method: Method;
  /** Below the service root, with `:type`, `:id`, `:versionId` and `:compartmentType` as variables. */
  readonly path: string;
  readonly body?: BodyKind;
  /** The body may be as large as a Bundle. */
  readonly takesBundles?: boolean;
  /** Answers in forms of its own: not negotiated here. */
  readonly ownForms?: boolean;
  readonly protection?: Protection;
  handler(request: FhirRequest, services: Services): Promise<FhirResponse>;
}

/** What the server answers below its service root, save `metadata` and the Bundles that are made of these. Source: R4 http §3.1.0.0. */
export const interactions: readonly Interaction[] = [
  { code: 'read', level: 'instance', method: 'GET', path: '/:type/:id', handler: read },
  { code: 'vread', level: 'instance', method: 'GET', path: '/:type/:id/_history/:versionId', handler: readVersion },
  { code: 'update', level: 'instance', method: 'PUT', path: '/:type/:id', body: 'resource', handler: update },
  { code: 'update', level: 'type', method: 'PUT', path: '/:type', body: 'resource', handler: conditionalUpdate },
  { code: 'patch', level: 'instance', method: 'PATCH', path: '/:type/:id', body: 'patch', handler: patch },
  { code: 'patch', level: 'type', method: 'PATCH', path: '/:type', body: 'patch', handler: patch },
  { code: 'delete', level: 'instance', method: 'DELETE', path: '/:type/:id', handler: remove },
  { code: 'delete', level: 'type', method: 'DELETE', path: '/:type', handler: conditionalRemove },
  { code: 'history-instance', level: 'instance', method: 'GET', path: '/:type/:id/_history', handler: history },
  { code: 'history-type', level: 'type', method: 'GET', path: '/:type/_history', handler: history },
  { code: 'history-system', level: 'system', method: 'GET', path: '/_history', handler: history },
  { code: 'create', level: 'type', method: 'POST', path: '/:type', body: 'resource', handler: create },
  { code: 'search-type', level: 'type', method: 'GET', path: '/:type', handler: search },
  { code: 'search-compartment', level: 'instance', method: 'GET', path: '/:type/:id/:compartmentType', handler: search },
  { code: 'search-type', level: 'type', method: 'POST', path: '/:type/_search', body: 'form', handler: search },
  { code: 'async-status', level: 'system', method: 'GET', path: `${asyncPath}/:id`, handler: asyncStatus },
  { code: 'async-cancel', level: 'system', method: 'DELETE', path: `${asyncPath}/:id`, handler: asyncCancel },
  ...operations.flatMap(operationInteractions),
];

function operationInteractions(operation: (typeof operations)[number]): Interaction[] {
  return operation.methods.flatMap((method) =>
    operation.levels.flatMap((level) =>
      prefixes(level, operation.resourceTypes).map((prefix) => ({
        code: 'operation',
        level,
        method,
        path: `${prefix}/$${operation.name}`,
        ...(method === 'POST' ? { body: 'resource' as const } : {}),
        takesBundles: operation.takesBundles === true,
        ownForms: operation.ownForms === true,
        handler: async (request: FhirRequest, services: Services) => {
          refuseUnknownInputs(request, operation, services.registry);
          if (operation.async === undefined || !asksLater(request)) return operation.handler(request, services);
          operation.async.check?.(request);
          return respondLater(request, services, operation.handler);
        },
      })),
    ),
  );
}

function prefixes(level: Level, types: readonly string[] | 'all'): readonly string[] {
  if (level === 'system') return [''];
  const heads = types === 'all' ? ['/:type'] : types.map((type) => `/${type}`);
  return level === 'type' ? heads : heads.map((head) => `${head}/:id`);
}

export interface Match {
  readonly interaction: Interaction;
  readonly variables: Readonly<Record<string, string>>;
}

/** The interaction that a method and a path below the service root call, e.g. `GET` and `Patient/1`; fixed words go before variables. */
export function matchInteraction(all: readonly Interaction[], method: string, path: string): Match | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  let best: Match | undefined;
  let bestFixed = -1;
  for (const interaction of all) {
    if (interaction.method !== method) continue;
    const variables = matchPath(interaction.path, segments);
    const fixed = partsOf(interaction.path).filter((part) => !part.startsWith(':')).length;
    if (variables !== undefined && fixed > bestFixed) {
      best = { interaction, variables };
      bestFixed = fixed;
    }
  }
  return best;
}

/** Values of the variables of `pattern` where `segments` fit it. An operation's path names its type, which counts as `:type`. */
export function matchPath(pattern: string, segments: readonly string[]): Readonly<Record<string, string>> | undefined {
  const parts = partsOf(pattern);
  if (parts.length !== segments.length) return undefined;
  const variables: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) {
      // `$validate` and `_history` are words of the protocol, never an id or a type.
      if (segment.startsWith('$') || segment.startsWith('_')) return undefined;
      variables[part.slice(1)] = segment;
    } else if (part !== segment) return undefined;
    else if (index === 0 && /^[A-Z]/.test(part)) variables.type = part;
  }
  return variables;
}

const partsByPattern = new Map<string, readonly string[]>();

/** A Bundle matches thousands of addresses against the few patterns there are. */
function partsOf(pattern: string): readonly string[] {
  let parts = partsByPattern.get(pattern);
  if (parts === undefined) {
    parts = pattern.split('/').filter((part) => part !== '');
    partsByPattern.set(pattern, parts);
  }
  return parts;
}
