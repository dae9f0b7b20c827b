/** Ids that the platform gives resources, version 4 of RFC 9562; ours are version 7. */
const platformUuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

/** Forms of the numbers that the national indexes of persons, health workers and facilities give, beside which facilities give none. */
const nationalNumbers: Readonly<Record<string, RegExp>> = {
  Patient: /^(P\d{11}|\d{10,12})$/,
  Practitioner: /^(N\d{8}|\d{10,11})$/,
  Organization: new RegExp(`^(\\d{6,10}|${platformUuid})$`),
};

const otherIds = new RegExp(`^${platformUuid}$`);

/**
 * Whether `type/id` has the form of an id that the national platform gave: a client that moves here refers to what it stored there, and what isn't
 * here may well be there. An id of any other form could only be ours, or is a mistake.
 */
export function livesElsewhere(type: string, id: string): boolean {
  return (nationalNumbers[type] ?? otherIds).test(id);
}
