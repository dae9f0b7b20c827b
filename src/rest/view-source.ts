import { guideViews } from '../facts/catalogue.js';
import type { ViewDefinition } from '../facts/view-definition.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import type { FhirRequest } from './message.js';
import type { OperationParameter } from './parameters.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/**
 * The view that a `$run` is about: sent as `viewResource` or as the body itself, or named by `viewReference` or the address. R4 has no type ViewDefinition, so nobody can
 * store one as such: a name means a view of the guide, by its `name` (`fact_observation`) or `url`; `Library/[id]` and `Binary/[id]` mean a stored resource whose JSON
 * content is a ViewDefinition. Throws OperationOutcomeError 400 where none or two are given, 404 where it isn't here.
 */
export async function viewAsked(
  request: FhirRequest,
  parameters: readonly OperationParameter[],
  services: Services,
): Promise<ViewDefinition> {
  const sent = [
    ...parameters.flatMap(({ name, resource }) => (name === 'viewResource' && resource ? [resource] : [])),
    ...(isObject(request.body) && request.body['resourceType'] === 'ViewDefinition' ? [request.body] : []),
  ];
  const names = [
    ...(request.id === undefined ? [] : [request.id]),
    ...parameters.filter(({ name }) => name === 'viewReference').map(referenceOf),
  ];
  if (sent.length + names.length !== 1) throw new OperationOutcomeError(400, [issue('required', 'view-missing', restText.oneView)]);
  const [view] = sent;
  if (view) return checked(view);
  const [name = ''] = names;
  const plain = name.replace(/^ViewDefinition\//, '');
  const known = guideViews().find((one) => one.name === plain || one.url === name);
  const found = known ?? (await storedView(name, request, services));
  if (!found) throw new OperationOutcomeError(404, [issue('not-found', 'view-unknown', restText.viewUnknown(guideNames()))]);
  return found;
}

function guideNames(): string {
  return guideViews()
    .map(({ name }) => name)
    .join(', ');
}

function referenceOf({ text, value }: OperationParameter): string {
  return text ?? (isObject(value) && typeof value['reference'] === 'string' ? value['reference'] : '');
}

async function storedView(name: string, { context }: FhirRequest, { store }: Services): Promise<ViewDefinition | undefined> {
  const [, type, id] = /^(Library|Binary)\/([A-Za-z0-9\-.]{1,64})$/.exec(name) ?? [];
  const stored = type === undefined || id === undefined ? undefined : await store.read(context.scope, type, id);
  if (stored?.body === undefined) return undefined;
  const resource = JSON.parse(stored.body) as JsonObject;
  const contents = Array.isArray(resource['content']) ? resource['content'].filter(isObject) : [resource];
  for (const { data } of contents) {
    const view = typeof data === 'string' ? parsed(Buffer.from(data, 'base64').toString('utf8')) : undefined;
    if (isObject(view) && view['resourceType'] === 'ViewDefinition') return checked(view);
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The parts that a view's compiler walks through must have the shape of lists; what is in them it checks itself. */
function checked(view: JsonObject): ViewDefinition {
  const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isObject);
  const isSelect = (value: unknown): boolean =>
    isList(value) &&
    (value as readonly JsonObject[]).every(
      ({ column = [], select = [], unionAll = [], repeat = [] }) =>
        isList(column) && isSelect(select) && isSelect(unionAll) && Array.isArray(repeat),
    );
  const { select, where = [], constant = [] } = view;
  if (isSelect(select) && isList(where) && isList(constant)) return view as unknown as ViewDefinition;
  throw new OperationOutcomeError(422, [issue('structure', 'view', restText.viewShape, { expression: 'ViewDefinition' })]);
}
