import type { Clock } from "../clock.ts";
import type { Database } from "./database.ts";

/** Is a state of a statement, as `sys_query_history` names it. */
type QueryStatus = "queued" | "running" | "returning" | "success" | "failed" | "canceled";

/** Is a statement's entry in the history, kept up to date while it runs. */
export interface QueryEntry {
  readonly id: number;
  queued(): void;
  running(): void;
  /** Counts a row that is sent. */
  row(bytes: number): void;
  /** Ends it, unless it has ended. */
  end(status: "success" | "failed" | "canceled", error?: string): void;
}

/** Says of whom a statement is, and which. */
export interface QueryOrigin {
  readonly id: number;
  readonly pid: number;
  readonly user: string;
  readonly sql: string;
  /** Whether it runs on compute nodes: what runs on the leader alone is no "last query". */
  readonly compute: boolean;
}

/** Are rows of the tables behind the system views; a row that is changed later is written again as long as it is not `done`. */
interface SystemRows {
  readonly stand_in_bulk: BulkRow;
  readonly stand_in_unload_files: UnloadFileRow;
  readonly stand_in_load_files: LoadFileRow;
  readonly stand_in_load_errors: LoadErrorRow;
}

/** Is an UNLOAD or a COPY, running or done. */
interface BulkRow {
  readonly query_id: number;
  readonly kind: "unload" | "load";
  readonly format: string;
  readonly table_name: string | null;
  readonly location: string;
  readonly compression: string | null;
  rows: number;
  files: number;
  bytes: number;
  errors: number;
}

/** Is a file that an UNLOAD wrote. */
interface UnloadFileRow {
  readonly query_id: number;
  readonly file_name: string;
  readonly started: Date;
  readonly ended: Date;
  readonly line_count: number;
  readonly transfer_size: number;
  readonly file_format: string;
}

/** Is a file that a COPY read. */
interface LoadFileRow {
  readonly query_id: number;
  readonly file_name: string;
  readonly lines_scanned: number;
  readonly bytes_scanned: number;
}

/** Is a value that a COPY refused. */
interface LoadErrorRow {
  readonly query_id: number;
  readonly table_oid: number;
  readonly table_name: string;
  readonly at: Date;
  readonly file_name: string;
  readonly line_number: number;
  readonly column_name: string;
  readonly column_type: string;
  readonly column_length: string;
  readonly position: number;
  readonly raw_line: string;
  readonly raw_field_value: string;
  readonly error_code: number;
  readonly error_message: string;
}

/** Knows what all sessions have run. It is kept here, and put before the system views when someone asks for them. */
export interface History {
  begin(origin: QueryOrigin): QueryEntry;
  /** Notes a row; whoever keeps it may change it, and says with `again` that it has. */
  add<T extends keyof SystemRows>(table: T, row: SystemRows[T]): { readonly again: () => void };
  /** Brings the tables up to date; settles when whoever asks next sees them. */
  publish(): Promise<void>;
}

interface QueryRow {
  query_id: number;
  session_id: number;
  user_name: string;
  query_text: string;
  query_type: string;
  compute: boolean;
  status: QueryStatus;
  start_time: Date;
  run_time: Date | null;
  end_time: Date | null;
  returned_rows: number;
  returned_bytes: number;
  error_message: string;
}

/** A slice of a long string would keep all of it: the beginning is copied. */
const beginning = (sql: string): string =>
  sql.length <= textLength ? sql : Buffer.from(sql.slice(0, textLength)).toString();

/** The longest text that the view shows. */
const textLength = 4000;

/** Makes an empty history whose tables are in the database. */
export function createHistory(database: Pick<Database, "query">, clock: Clock): History {
  const changed = new Map<string, Set<object>>();
  const running = new Set<QueryRow>();
  let last: Promise<unknown> = Promise.resolve();

  function note(table: string, row: object): void {
    const rows = changed.get(table);
    if (rows) rows.add(row);
    else changed.set(table, new Set([row]));
    // Nobody may ever ask: the oldest are forgotten.
    if (rows && rows.size > 10_000) for (const [oldest] of rows.entries()) return void rows.delete(oldest);
  }

  async function write(): Promise<void> {
    for (const row of running) note("stand_in_queries", row);
    const batches = [...changed];
    changed.clear();
    for (const [table, rows] of batches) {
      const keyed = table === "stand_in_queries" || table === "stand_in_bulk";
      // PostgreSQL's JSON has no zero character and no half of a surrogate pair.
      const list = JSON.stringify([...rows]).replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, "$1?");
      await database.query(
        `${keyed ? `with gone as (delete from pg_catalog.${table} where query_id in (select (r->>'query_id')::bigint from jsonb_array_elements($1::jsonb) r))` : ""}
         insert into pg_catalog.${table} select * from jsonb_populate_recordset(null::pg_catalog.${table}, $1::jsonb)`,
        [list],
      );
    }
  }

  return {
    begin({ id, pid, user, sql, compute }) {
      const now = new Date(clock.now());
      const row: QueryRow = {
        query_id: id,
        session_id: pid,
        user_name: user,
        query_text: beginning(sql),
        query_type: typeOf(sql),
        compute,
        status: "running",
        start_time: now,
        run_time: now,
        end_time: null,
        returned_rows: 0,
        returned_bytes: 0,
        error_message: "",
      };
      running.add(row);
      return entry(row, clock, () => {
        running.delete(row);
        note("stand_in_queries", row);
      });
    },
    add(table, row) {
      note(table, row);
      return { again: () => note(table, row) };
    },
    publish() {
      const writing = last.then(write);
      last = writing.catch(() => undefined);
      return writing;
    },
  };
}

function entry(row: QueryRow, clock: Clock, ended: () => void): QueryEntry {
  return {
    id: row.query_id,
    queued() {
      row.status = "queued";
      row.run_time = null;
    },
    running() {
      row.status = "running";
      row.run_time = new Date(clock.now());
    },
    row(bytes) {
      if (row.status === "running") row.status = "returning";
      row.returned_rows++;
      row.returned_bytes += bytes;
    },
    end(status, error = "") {
      if (row.end_time) return;
      row.status = status;
      row.end_time = new Date(clock.now());
      row.error_message = error.slice(0, 512);
      ended();
    },
  };
}

const types: Readonly<Record<string, string>> = {
  select: "SELECT",
  with: "SELECT",
  insert: "INSERT",
  update: "UPDATE",
  delete: "DELETE",
  merge: "MERGE",
  copy: "COPY",
  unload: "UNLOAD",
  create: "DDL",
  alter: "DDL",
  drop: "DDL",
  truncate: "DDL",
};

/** Words as in the documentation of `sys_query_history`. */
function typeOf(sql: string): string {
  const first = /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/|\()*([a-z]+)/i.exec(sql)?.[1]?.toLowerCase() ?? "";
  if (first === "create" && /^\s*create\s+(?:\w+\s+)*table\s[^(]*\sas\b/i.test(sql)) return "CTAS";
  return Object.hasOwn(types, first) ? (types[first] ?? "OTHER") : "UTILITY";
}
