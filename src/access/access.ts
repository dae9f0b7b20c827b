import type { Issue } from '../fhir/outcome.js';
import type { Scope } from '../search/scope.js';
import { accessText } from './text.js';

/** What a route asks of its caller: `open` answers anyone (health, metadata), `protected` wants a client. Routes are protected unless they say otherwise. */
export type Protection = 'open' | 'protected';

/** What a decision looks at: known before the body is read. */
export interface AccessRequest {
  readonly protection: Protection;
  readonly method: string;
  /** The value of the Authorization header. */
  readonly authorization?: string;
}

/** Either who calls and what they may see, or why not. */
export type Decision =
  | { readonly kind: 'allowed'; readonly actor: string; readonly scope: Scope }
  | { readonly kind: 'refused'; readonly status: 401 | 403; readonly headers: Readonly<Record<string, string>>; readonly issue: Issue };

/** The one place that says who may do what. It stands before every route. */
export interface Access {
  decide(request: AccessRequest): Decision;
}

/** `off` allows everything (the settings keep that to loopback); `on` refuses all that isn't open, as no clients are registered yet. */
export function createAccess(auth: 'on' | 'off'): Access {
  return { decide: auth === 'off' ? allowAll : refuseUnlessOpen };
}

function allowAll(): Decision {
  return { kind: 'allowed', actor: 'local', scope: { kind: 'all' } };
}

function refuseUnlessOpen(request: AccessRequest): Decision {
  if (request.protection === 'open') return { kind: 'allowed', actor: 'anonymous', scope: { kind: 'none' } };
  const [code, rule, text] =
    request.authorization === undefined
      ? (['login', 'access-no-token', accessText.noToken] as const)
      : (['login', 'access-unknown-token', accessText.unknownToken] as const);
  // RFC 6750 §3: no error code where the request carried no credentials at all.
  const challenge = request.authorization === undefined ? 'Bearer realm="lontar"' : 'Bearer realm="lontar", error="invalid_token"';
  return { kind: 'refused', status: 401, headers: { 'www-authenticate': challenge }, issue: { severity: 'error', code, rule, text } };
}
