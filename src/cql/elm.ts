/** A node of ELM as JSON: an expression, a definition, a type specifier. Read by name, like FHIR JSON. */
export interface ElmNode {
  readonly type?: string;
  readonly locator?: string;
  readonly localId?: string;
  readonly resultTypeName?: string;
  readonly resultTypeSpecifier?: ElmNode;
  readonly [name: string]: unknown;
}

export interface ElmDefinition extends ElmNode {
  readonly name: string;
}

interface Definitions {
  readonly def?: readonly ElmDefinition[];
}

/** An ELM library as JSON (what stands below `library`). Source: ELM, `Library`. */
export interface ElmLibrary extends ElmNode {
  readonly identifier: { readonly id: string; readonly version?: string };
  readonly includes?: {
    readonly def?: ReadonlyArray<{ readonly localIdentifier: string; readonly path: string; readonly version?: string }>;
  };
  readonly parameters?: Definitions;
  readonly codeSystems?: Definitions;
  readonly valueSets?: Definitions;
  readonly codes?: Definitions;
  readonly concepts?: Definitions;
  readonly statements?: Definitions;
}

/** The node under `name`, or undefined where it is absent or no node. */
export function child(node: ElmNode, name: string): ElmNode | undefined {
  const value = node[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ElmNode) : undefined;
}

/** The nodes under `name`; empty where there are none. */
export function children(node: ElmNode, name: string): readonly ElmNode[] {
  const value = node[name];
  return Array.isArray(value) ? (value as readonly ElmNode[]) : [];
}

/** The text under `name`; empty where there is none. */
export function text(node: ElmNode, name: string): string {
  const value = node[name];
  return typeof value === 'string' ? value : '';
}

/** `{urn:hl7-org:elm-types:r1}DateTime` → `System.DateTime`, `{http://hl7.org/fhir}Patient` → `FHIR.Patient`. */
export function typeName(qualified: string): string {
  return qualified.replace('{urn:hl7-org:elm-types:r1}', 'System.').replace('{http://hl7.org/fhir}', 'FHIR.');
}
