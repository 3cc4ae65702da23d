import { execute } from "./engine/execute.ts";
import { createSession } from "./engine/session.ts";
import type { Account } from "./engine/storage.ts";
import type { Settings } from "./options.ts";
import { statements } from "./sql/statements.ts";

/** Makes the function that runs SQL in a session of its own, past HTTP; it answers the rows of the last statement. */
export function createSeed(
  account: Account,
  settings: Settings,
): (sql: string) => Promise<Record<string, string | null>[]> {
  const session = createSession({
    id: "0",
    user: "SEED",
    now: settings.now(),
    database: settings.database,
    schema: settings.schema,
    warehouse: settings.warehouse,
    role: settings.role,
  });
  return async (sql) => {
    let rows: Record<string, string | null>[] = [];
    for (const { statement } of statements(sql)) {
      const answer = await execute(statement, {
        account,
        session,
        queryId: "00000000-0000-0000-0000-000000000000",
        text: sql,
        binds: [],
        parameters: new Map(),
        signal: new AbortController().signal,
        describeOnly: false,
        client: "seed",
        result: () => undefined,
      });
      rows = [];
      for await (const { columns, rowCount } of answer.batches)
        for (let row = 0; row < rowCount; row++)
          rows.push(Object.fromEntries(answer.columns.map(({ name }, i) => [name, columns[i]?.[row] ?? null])));
    }
    return rows;
  };
}
