import type { FaultCount } from "./faults.ts";
import type { SeedColumns, SeedRows } from "./seed.ts";

/** Is what every stand-in has; `Fault` is how what it stands for goes wrong. */
export interface StandIn<Fault> extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
  /**
   * Makes what comes next go wrong; of several faults that something meets, the first asked for has it. Returns what undoes it and
   * lets go of what it holds. Throws a TypeError for a fault that is none.
   */
  inject(fault: Fault): () => void;
  /** Lets go of all that faults hold, and holds no more. */
  release(): void;
  /** Goes back to how it started, on the same port: faults, what was recorded, and what was written are forgotten. */
  reset(): Promise<void>;
  /** Closes the port and every connection; may be called again. */
  close(): Promise<void>;
}

/**
 * Says how the next statements go wrong whose text contains `statement`, or matches it, on either warehouse: `error` refuses them, with the
 * server's own internal error unless told otherwise; `hold` keeps them in the queue, where a client may cancel them, until that is undone.
 */
export type StatementFault = FaultCount & {
  readonly statement: RegExp | string;
} & ({ readonly kind: "error"; readonly message?: string; readonly sqlState?: string } | { readonly kind: "hold" });

/** Is what the stand-ins of both warehouses have. */
export interface WarehouseStandIn extends StandIn<StatementFault> {
  readonly host: string;
  readonly port: number;
  /** What clients ran, in order of arrival, with the values bound; what the stand-in was told by `query` and `seed` is not among it. */
  statements(): readonly { readonly sql: string; readonly params?: readonly unknown[] }[];
  /** What is being run now. */
  running(): readonly { readonly sql: string }[];
  /** Runs SQL past the network, as an administrator: Snowflake's own there, PostgreSQL's behind Redshift. Gives the rows of the last statement. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /**
   * Makes a table, in the place of one of that name, and fills it with rows. The table is in the stand-in's `schema` unless its
   * name says another: `schema.table`. Types follow from the values, or are those of `columns`. Throws a {@link SeedError}.
   */
  seed(table: string, rows: SeedRows, columns?: SeedColumns): Promise<void>;
}
