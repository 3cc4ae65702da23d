import { storageType } from "../types/storage.ts";
import type { Bulk } from "../bulk/state.ts";
import type { Catalog, Table, TableColumn } from "./catalog.ts";
import type { DuckDB } from "./duckdb.ts";
import type { Locks, Mode } from "./locks.ts";
import { parameterOf } from "./session.ts";
import type { SqlSession, Transaction } from "./session.ts";
import type { VirtualWarehouse } from "./warehouse.ts";

/** One account: what exists, and the engine that holds it. */
export interface Account {
  readonly name: string;
  readonly catalog: Catalog;
  readonly locks: Locks;
  readonly duckdb: DuckDB;
  readonly bulk: Bulk;
  readonly warehouse: VirtualWarehouse;
  readonly now: () => number;
}

/** Writes the DuckDB statement that makes a table of these columns. */
export const createSql = (physical: string, columns: readonly TableColumn[]): string =>
  `CREATE TABLE ${physical} (${columns.map((column) => `${column.physical} ${storageType(column.type)}${column.nullable ? "" : " NOT NULL"}`).join(", ")})`;

/** Writes the names of a table's columns in DuckDB, in order. */
export const physicalNames = ({ columns }: Table): string => columns.map(({ physical }) => physical).join(", ");

/** Writes what a session reads a table from: its rows, and in a transaction what that has written. */
export function readSql(table: Table, transaction: Transaction | undefined): string {
  const overlay = transaction?.overlays.get(table.id);
  if (overlay === undefined) return table.physical;
  if (overlay.t === "copy") return overlay.physical;
  const names = physicalNames(table);
  return `(SELECT ${names} FROM ${table.physical} UNION ALL SELECT ${names} FROM ${overlay.physical})`;
}

/**
 * Writes to a table with the lock it takes. Outside a transaction `write` gets the table itself. Inside one it gets what only the transaction
 * sees: an empty table for rows to add, a copy once rows are to be changed, so that a statement that fails leaves nothing behind and the
 * others read what was committed last.
 */
export async function writeTo<T>(
  table: Table,
  mode: Mode,
  {
    account,
    session,
    signal,
  }: { readonly account: Account; readonly session: SqlSession; readonly signal: AbortSignal },
  write: (physical: string) => Promise<T>,
): Promise<T> {
  const { transaction } = session;
  const owner = transaction ?? {};
  const lockTimeoutMs = Number(parameterOf(session, "LOCK_TIMEOUT")) * 1000;
  await account.locks.acquire(table.id, mode, owner, signal, lockTimeoutMs);
  try {
    return await write(transaction === undefined ? table.physical : await overlaid(table, mode, transaction, account));
  } finally {
    if (transaction === undefined) account.locks.releaseAll(owner);
  }
}

async function overlaid(
  table: Table,
  mode: Mode,
  transaction: Transaction,
  { catalog, duckdb }: Account,
): Promise<string> {
  const known = transaction.overlays.get(table.id);
  if (known !== undefined && (known.t === "copy" || mode === "shared")) return known.physical;
  const physical = `x${catalog.nextId()}`;
  const names = physicalNames(table);
  const fill =
    mode === "shared"
      ? []
      : [`INSERT INTO ${physical} (${names}) SELECT ${names} FROM ${readSql(table, transaction)} AS before`];
  const drop = known === undefined ? [] : [`DROP TABLE ${known.physical}`];
  await duckdb.transact([createSql(physical, table.columns), ...fill, ...drop]);
  transaction.overlays.set(table.id, { t: mode === "shared" ? "added" : "copy", physical, table });
  return physical;
}

/** Ends a session's transaction, if it has one: what it wrote becomes everyone's at once, or nobody's. */
export async function endTransaction(session: SqlSession, account: Account, way: "commit" | "rollback"): Promise<void> {
  const { transaction } = session;
  const { bulk } = account;
  if (transaction === undefined) return;
  session.transaction = undefined;
  const overlays = [...transaction.overlays.values()];
  const merge = overlays.flatMap(({ t, physical, table }) => {
    const names = physicalNames(table);
    const insert = `INSERT INTO ${table.physical} (${names}) SELECT ${names} FROM ${physical}`;
    return t === "copy" ? [`DELETE FROM ${table.physical}`, insert] : [insert];
  });
  try {
    if (overlays.length > 0)
      await account.duckdb.transact([
        ...(way === "commit" ? merge : []),
        ...overlays.map(({ physical }) => `DROP TABLE ${physical}`),
      ]);
    if (way === "commit") for (const job of transaction.loads) bulk.history.record(job);
  } finally {
    account.locks.releaseAll(transaction);
  }
}
