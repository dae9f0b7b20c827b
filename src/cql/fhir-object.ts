import cqlExecFhir from 'cql-exec-fhir';
import cqlExecution from 'cql-execution';
import { isObject, type JsonObject } from '../fhir/resource.js';

/** How the FHIR model info describes a type, as cql-exec-fhir reads it. */
interface ClassInfo {
  readonly name: string;
  readonly namespace: string;
  readonly elements: ReadonlyArray<{ readonly name: string; readonly typeSpecifier: TypeSpecifier }>;
  readonly modelInfo: { readonly name: string; readonly url: string; findClass(name: string): ClassInfo | undefined };
  parentClasses(): readonly ClassInfo[];
}

interface TypeSpecifier {
  readonly isNamed?: true;
  readonly isList?: true;
  readonly isChoice?: true;
  readonly name?: string;
  readonly namespace?: string;
  readonly fqn?: string;
  readonly elementType?: TypeSpecifier;
  readonly choices?: readonly TypeSpecifier[];
}

interface NamedSpecifier {
  readonly type: 'NamedTypeSpecifier';
  readonly name: string;
}

/** A type of the model made ready: which elements its objects have, and how each is read. */
interface ModelType {
  readonly name: string;
  readonly own: readonly NamedSpecifier[];
  /** The type and all that it derives from. */
  readonly names: ReadonlySet<string>;
  readonly elements: ReadonlyArray<{ readonly name: string; read(json: JsonObject): unknown }>;
}

/**
 * A FHIR resource or element as cql-execution reads it: every element of its type is an own property, made once. cql-exec-fhir's objects answer alike,
 * but make each element anew at every look. Values of primitives are CQL's; a date is parsed when it is made.
 */
export class FhirObject {
  readonly #json: JsonObject;
  readonly #type: ModelType;
  #codes: Map<string, unknown> | undefined;

  constructor(json: JsonObject, type: ModelType) {
    this.#json = json;
    this.#type = type;
    const own = this as Record<string, unknown>;
    for (const { name, read } of type.elements) own[name] = read(json);
  }

  get _json(): JsonObject {
    return this.#json;
  }

  /** An element by its name or path; a choice also by the name that JSON gives it (`valueQuantity`). */
  get(field: string): unknown {
    const [root = '', ...rest] = field.split('.');
    const own = this as Readonly<Record<string, unknown>>;
    const value = Object.hasOwn(this, root) ? own[root] : this.#explicitChoice(root);
    if (rest.length === 0) return value;
    return value instanceof FhirObject ? value.get(rest.join('.')) : undefined;
  }

  getId(): unknown {
    return this.#json['id'];
  }

  getCode(field: string): unknown {
    this.#codes ??= new Map();
    if (!this.#codes.has(field)) this.#codes.set(field, codeOf(this.get(field)));
    return this.#codes.get(field);
  }

  getDate(field: string): unknown {
    return plainValue(this.get(field));
  }

  getInterval(field: string): unknown {
    return plainValue(this.get(field));
  }

  getDateOrInterval(field: string): unknown {
    return plainValue(this.get(field));
  }

  getTypeInfo(): { readonly name: string } {
    return this.#type;
  }

  _is({ type, name }: { readonly type: string; readonly name: string }): boolean {
    return type === 'NamedTypeSpecifier' && this.#type.names.has(name);
  }

  /** The engine tells types apart by it, and asks `_is` for what they derive from. */
  _typeHierarchy(): readonly NamedSpecifier[] {
    return this.#type.own;
  }

  #explicitChoice(name: string): unknown {
    if (this.#json[name] === undefined) return undefined;
    const element = this.#type.elements.find((found) => name.startsWith(found.name) && /^[A-Z]/.test(name.slice(found.name.length)));
    return element && (this as Readonly<Record<string, unknown>>)[element.name];
  }
}

/** One person's resources as cql-execution retrieves them: those of a type are made when they are first asked for. */
export class FhirRecords {
  readonly #resources: readonly JsonObject[];
  readonly #records = new Map<string, readonly FhirObject[]>();

  constructor(resources: readonly JsonObject[]) {
    this.#resources = resources;
  }

  /** A copy each time: the engine keeps what it is given. */
  findRecords(profile: string, details?: { readonly datatype?: string }): FhirObject[] {
    const name = details?.datatype ?? profile;
    let found = this.#records.get(name);
    if (!found) {
      const type = typeNamed(name);
      const resourceType = type?.name.replace(/^FHIR\./, '');
      found = type
        ? this.#resources.filter((resource) => resource['resourceType'] === resourceType).map((json) => new FhirObject(json, type))
        : [];
      this.#records.set(name, found);
    }
    return [...found];
  }
}

let model: ClassInfo['modelInfo'] | undefined;
const types = new Map<string, ModelType>();

/** Reading the model info costs a tenth of a second: once a process. */
function modelInfo(): ClassInfo['modelInfo'] {
  model ??= (cqlExecFhir.FHIRWrapper.FHIRv401().wrap({ resourceType: 'Patient' }).getTypeInfo() as ClassInfo).modelInfo;
  return model;
}

function typeNamed(name: string): ModelType | undefined {
  const known = types.get(name);
  if (known) return known;
  const info = modelInfo().findClass(name);
  if (!info) return undefined;
  const classes = [info, ...info.parentClasses()];
  const hierarchy = [...classes.map(specifierOf), anyType];
  const specifiers = new Map(
    classes.flatMap(({ elements }) => elements.map(({ name: element, typeSpecifier }) => [element, typeSpecifier])),
  );
  const made: ModelType = {
    name: info.name,
    own: [specifierOf(info)],
    names: new Set(hierarchy.map(({ name: known }) => known)),
    elements: [...specifiers].map(([element, specifier]) => ({ name: element, read: reader(element, specifier) })),
  };
  types.set(name, made);
  return made;
}

const anyType: NamedSpecifier = { type: 'NamedTypeSpecifier', name: '{urn:hl7-org:elm-types:r1}Any' };

/** A class as ELM names it: `{http://hl7.org/fhir}Observation`. */
function specifierOf({ name, namespace, modelInfo: { name: modelName, url } }: ClassInfo): NamedSpecifier {
  const uri = namespace === modelName ? url : namespace === 'System' ? 'urn:hl7-org:elm-types:r1' : namespace;
  const local = name.startsWith(`${modelName}.`) ? name.slice(modelName.length + 1) : name;
  return { type: 'NamedTypeSpecifier', name: `{${uri}}${local}` };
}

type Reader = (json: JsonObject) => unknown;

function reader(name: string, specifier: TypeSpecifier): Reader {
  if (!specifier.isChoice) return propertyReader(name, specifier);
  const choices = (specifier.choices ?? [])
    .filter(({ isNamed }) => isNamed === true)
    .map((choice) => {
      const property = `${name}${capitalised(choice.name === 'SimpleQuantity' ? 'Quantity' : (choice.name ?? ''))}`;
      return { property, read: propertyReader(property, choice) };
    });
  return (json) => choices.find(({ property }) => isPresent(json, property))?.read(json);
}

function isPresent(json: JsonObject, property: string): boolean {
  return (json[property] ?? json[`_${property}`] ?? null) !== null;
}

function propertyReader(property: string, specifier: TypeSpecifier): Reader {
  if (specifier.namespace === 'System') {
    const parse = systemValues[specifier.name ?? ''];
    return (json) => {
      const value = json[property];
      return value === null || value === undefined ? value : parse?.(value);
    };
  }
  const item = specifier.isList ? (specifier.elementType ?? {}) : specifier;
  const make = objectMaker(item);
  if (!isPrimitive(item)) {
    if (!specifier.isList) return (json) => make(json[property]);
    return (json) => {
      const value = json[property];
      return Array.isArray(value) ? value.map(make) : value;
    };
  }
  const extra = `_${property}`;
  if (!specifier.isList) return (json) => make(withExtra(json[property], json[extra]));
  return (json) => {
    const values = json[property];
    const extras = json[extra];
    if (!Array.isArray(values) && !Array.isArray(extras)) return values;
    const length = Math.max(Array.isArray(values) ? values.length : 0, Array.isArray(extras) ? extras.length : 0);
    return Array.from({ length }, (_, at) =>
      make(withExtra(Array.isArray(values) ? values[at] : undefined, Array.isArray(extras) ? extras[at] : undefined)),
    );
  };
}

/** A primitive is an object in CQL's model: its value, and what JSON keeps beside it under `_name`. Source: FHIR R4 JSON, primitive types. */
function withExtra(value: unknown, extra: unknown): unknown {
  if (extra === null || extra === undefined) return value === null || value === undefined ? value : { value };
  return { ...(value === undefined ? {} : { value }), ...(isObject(extra) ? extra : {}) };
}

/** The model info spells a code with its own type (`FHIR.ObservationStatus`): an element with a single text. */
function isPrimitive({ isNamed, namespace, name = '', fqn = '' }: TypeSpecifier): boolean {
  if (isNamed !== true) return false;
  if (namespace === 'FHIR' && name.charAt(0) === name.charAt(0).toLowerCase()) return true;
  const info = modelInfo().findClass(fqn);
  const [only, ...others] = info?.elements ?? [];
  const isElement = info?.parentClasses()[0]?.name.replace(/^FHIR\./, '') === 'Element';
  return isElement && others.length === 0 && only?.name === 'value' && only.typeSpecifier.fqn === 'System.String';
}

/** The type is looked up when the first object is made: types contain themselves. */
function objectMaker({ isNamed, fqn = '' }: TypeSpecifier): (json: unknown) => unknown {
  let type: ModelType | undefined;
  return (json) => {
    if (json === null || json === undefined) return json;
    type ??= isNamed === true ? typeNamed(fqn) : undefined;
    return type && isObject(json) ? new FhirObject(json, type) : undefined;
  };
}

const systemValues: Readonly<Record<string, (value: unknown) => unknown>> = {
  Boolean: same,
  Integer: same,
  String: same,
  Decimal: same,
  DateTime: (value) => dateTimeOf(String(value)),
  Date: (value) => dateTimeOf(String(value))?.getDate(),
  Time: (value) => {
    const time = dateTimeOf(`0000-01-01T${String(value)}`);
    if (time) time.timezoneOffset = null;
    return time;
  },
};

function same(value: unknown): unknown {
  return value;
}

const fullInstant = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3})([+-])(\d{2}):(\d{2})$/;
const plainDate = /^(\d{4})-(\d{2})-(\d{2})$/;

type CqlDateTime = InstanceType<typeof cqlExecution.DateTime>;

/** What the library's parse gives, which tries one format after the other; the two forms that nearly all have are read here. */
function dateTimeOf(text: string): CqlDateTime | null {
  const instant = fullInstant.exec(text);
  if (instant && isReal(text)) {
    const [year, month, day, hour, minute, second, millisecond] = instant.slice(1, 8).map(Number);
    const offset = (Number(instant[9]) + Number(instant[10]) / 60) * (instant[8] === '-' ? -1 : 1);
    return new cqlExecution.DateTime(year, month, day, hour, minute, second, millisecond, offset);
  }
  const date = plainDate.exec(text);
  if (date && isReal(text)) return new cqlExecution.DateTime(Number(date[1]), Number(date[2]), Number(date[3]));
  return cqlExecution.DateTime.parse(text.replace('Z', '+00:00'));
}

/** A day that the calendar has and a time that the clock shows. */
function isReal(text: string): boolean {
  const wall = text.slice(0, 23);
  const ms = Date.parse(wall.length === 10 ? wall : `${wall}Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(wall);
}

function plainValue(value: unknown): unknown {
  return value instanceof FhirObject ? (value.get('value') ?? value) : value;
}

/** The codes of a CodeableConcept, Coding or code; several as a list. */
function codeOf(value: unknown): unknown {
  if (value === null || value === undefined || value instanceof cqlExecution.Code) return value;
  if (Array.isArray(value)) return value.map(codeOf);
  if (!(value instanceof FhirObject)) return undefined;
  switch (value.getTypeInfo().name.replace(/^FHIR\./, '')) {
    case 'CodeableConcept': {
      const codings = value.get('coding');
      if (!Array.isArray(codings)) return codings;
      return codings.length === 1 ? codeOf(codings[0]) : codings.map(codeOf);
    }
    case 'Coding': {
      const [code, system, version, display] = ['code', 'system', 'version', 'display'].map(
        (name) => value.get(`${name}.value`) as string | undefined,
      );
      return new cqlExecution.Code(code as string, system, version, display);
    }
    case 'code':
      return value.get('value');
    default:
      return undefined;
  }
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
