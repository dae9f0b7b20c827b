/** A column of a ViewDefinition. Source: SQL on FHIR v2, ViewDefinition. */
export interface ViewColumn {
  readonly name: string;
  readonly path: string;
  readonly type?: string;
  readonly collection?: boolean;
  readonly description?: string;
}

export interface ViewSelect {
  readonly column?: readonly ViewColumn[];
  readonly select?: readonly ViewSelect[];
  readonly forEach?: string;
  readonly forEachOrNull?: string;
  readonly repeat?: readonly string[];
  readonly unionAll?: readonly ViewSelect[];
}

export interface ViewConstant {
  readonly name: string;
  readonly [value: string]: unknown;
}

/** How a resource type becomes rows: the resource `ViewDefinition` of SQL on FHIR v2. */
export interface ViewDefinition {
  readonly resourceType?: 'ViewDefinition';
  readonly url?: string;
  readonly name?: string;
  readonly title?: string;
  readonly description?: string;
  readonly status?: string;
  readonly resource: string;
  readonly constant?: readonly ViewConstant[];
  readonly where?: ReadonlyArray<{ readonly path: string }>;
  readonly select: readonly ViewSelect[];
}
