import { child, type ElmNode } from '../elm.js';
import type { Origin } from '../plan.js';
import { Refusal } from '../refusal.js';

/** The node under `name`, without which the ELM is none. */
export function required(node: ElmNode, name: string): ElmNode {
  const found = child(node, name);
  if (!found) throw refuse(node, `the ELM lacks "${name}"`);
  return found;
}

/** Where in the CQL a node comes from. */
export function originOf(node: ElmNode): Origin {
  return { node: node.type ?? '', locator: node.locator ?? '' };
}

/** To be thrown: what can't be planned, and where it stands. */
export function refuse(node: ElmNode, reason: string): Refusal {
  return new Refusal(node.type ?? '', node.locator ?? '', reason);
}
