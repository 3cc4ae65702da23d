import type { Clock } from "../clock.ts";

/** Brings a clock of the test's to the database, whose functions of time go by what they were last told. */
export interface Timekeeper {
  /** Whether the clock has moved since. */
  isLate(): boolean;
  /** Settles when whoever asks next is told the time that it is now. */
  tell(): Promise<void>;
}

/** Makes the timekeeper of a database that {@link clockFunctions} were made in; without a clock there is nothing to tell. */
export function createTimekeeper(
  clock: Clock | undefined,
  query: (sql: string, params: readonly unknown[]) => Promise<unknown>,
): Timekeeper {
  let told: number | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    isLate: () => clock !== undefined && clock.now() !== told,
    tell() {
      if (!clock) return Promise.resolve();
      const now = clock.now();
      // One after the other: of two that are told at once, the later must be the last.
      const telling = last.then(async () => {
        await query("update pg_catalog.stand_in_clock set at = $1", [new Date(now).toISOString()]);
        told = now;
      });
      last = telling.catch(() => undefined);
      return telling;
    },
  };
}

/** The words of SQL that tell the time without being called, and the type of each. */
const words = {
  current_date: "date",
  current_time: "timetz",
  current_timestamp: "timestamptz",
  localtime: "time",
  localtimestamp: "timestamp",
  sysdate: "timestamp",
};

/** Gives the call that tells the time in a word's place; undefined for any other word. */
export const clockCall = (word: string): string | undefined =>
  Object.hasOwn(words, word) ? `pg_catalog."${word}"()` : undefined;

const functions = ["now", "transaction_timestamp", "statement_timestamp", "clock_timestamp"];

/** Puts the functions of time under a clock that a table holds. No backslashes: these bodies are read with Redshift's string rules. */
export const clockFunctions = `
create table pg_catalog.stand_in_clock (at timestamptz);
insert into pg_catalog.stand_in_clock values (null);
create function pg_catalog.stand_in_now() returns timestamptz language sql stable as 'select at from pg_catalog.stand_in_clock';
${functions
  .map(
    (name) => `alter function pg_catalog.${name}() rename to postgres_${name};
create function pg_catalog.${name}() returns timestamptz language sql stable as 'select pg_catalog.stand_in_now()';`,
  )
  .join("\n")}
alter function pg_catalog.timeofday() rename to postgres_timeofday;
create function pg_catalog.timeofday() returns text language sql stable as
  'select to_char(pg_catalog.stand_in_now(), ''Dy Mon DD HH24:MI:SS.US YYYY TZ'')';
${Object.entries(words)
  .map(
    ([name, type]) =>
      `create function pg_catalog."${name}"() returns ${type} language sql stable as 'select pg_catalog.stand_in_now()::${type}';`,
  )
  .join("\n")}
`;
