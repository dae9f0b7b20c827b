import type { FastifyInstance } from 'fastify';
import type { Access, Protection } from '../access/access.js';
import { OperationOutcomeError } from '../fhir/outcome.js';
import type { Scope } from '../search/scope.js';

/** Who calls and what they may see. */
export interface Caller {
  readonly actor: string;
  readonly scope: Scope;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** Routes that don't say are protected. */
    protection?: Protection;
  }
}

const nobody: Caller = { actor: 'nobody', scope: { kind: 'none' } };

/** Puts the access decision before every route, those that don't exist too: outsiders learn nothing from a 404. */
export function guardRoutes(app: FastifyInstance, access: Access): void {
  app.decorateRequest('caller', undefined as unknown as Caller);
  app.addHook('onRequest', async (request) => {
    request.caller = nobody;
    const { authorization } = request.headers;
    const decision = access.decide({
      protection: request.routeOptions.config?.protection ?? 'protected',
      method: request.method,
      ...(authorization === undefined ? {} : { authorization }),
    });
    if (decision.kind === 'refused') throw new OperationOutcomeError(decision.status, [decision.issue], decision.headers);
    request.caller = { actor: decision.actor, scope: decision.scope };
  });
}
