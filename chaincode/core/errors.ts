/** What a client may conclude: a rule said no | not committed, send again | ask by id, never create again. */
export type Outcome = 'refused' | 'failed' | 'unknown';

/** When the same request may succeed: never | after the named fix | as it is, later. */
export type Retry = 'never' | 'after-change' | 'later';

export interface ErrorRow {
  /** HTTP status the gateways answer. */
  readonly status: number;
  readonly outcome: Outcome;
  readonly retry: Retry;
  /** ISO 20022 external status reason code, where one fits. */
  readonly iso?: string;
  /** One sentence; `{name}` marks a parameter, and the parameters' types follow from it. */
  readonly text: string;
  readonly fix: string;
}

export interface CatalogueRow extends ErrorRow {
  readonly code: string;
}

/** Parameters are strings or whole numbers only, so that every endorser writes the same bytes. */
export type ErrorParams = Readonly<Record<string, string | number>>;

type ParamNames<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never;

type Factory<Text extends string> = ([ParamNames<Text>] extends [never]
  ? () => DomainError
  : (params: Readonly<Record<ParamNames<Text>, string | number>>) => DomainError) & {
  readonly code: string;
  readonly row: CatalogueRow;
};

export type Errors<Rows extends Readonly<Record<string, ErrorRow>>> = {
  readonly [Name in keyof Rows]: Factory<Rows[Name]['text']>;
};

/** A refusal by rule: aborts the operation's savepoint, not the batch. */
export class DomainError extends Error {
  readonly code: string;
  readonly params: ErrorParams;

  constructor(code: string, params: ErrorParams) {
    super(JSON.stringify({ code, params }));
    this.name = 'DomainError';
    this.code = code;
    this.params = params;
  }
}

/** Reads a DomainError back from the message that carried it to another process; undefined when it is none. */
export function parseDomainError(message: string): DomainError | undefined {
  try {
    const { code, params } = JSON.parse(message) as { code?: unknown; params?: unknown };
    if (typeof code !== 'string' || typeof params !== 'object' || params === null) return undefined;
    return new DomainError(code, params as ErrorParams);
  } catch {
    return undefined;
  }
}

/** Makes one factory per row: `throw errors.ACCOUNT_FROZEN({ accountId })`. Codes are `PREFIX_NAME`. */
export function defineErrors<const Rows extends Readonly<Record<string, ErrorRow>>>(
  prefix: string,
  rows: Rows,
): Errors<Rows> {
  const factories: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(rows)) {
    const code = `${prefix}_${name}`;
    const factory = (params: ErrorParams = {}) => new DomainError(code, params);
    factories[name] = Object.assign(factory, { code, row: { code, ...row } });
  }
  return factories as Errors<Rows>;
}

/** The rows of one `defineErrors`, in declared order: order of checks, and of the reference page. */
export function catalogueOf(errors: Readonly<Record<string, { readonly row: CatalogueRow }>>): CatalogueRow[] {
  return Object.values(errors).map((factory) => factory.row);
}
