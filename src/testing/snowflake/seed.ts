import { randomUUID } from "node:crypto";
import { execute } from "./engine/execute.ts";
import { createSession } from "./engine/session.ts";
import type { Account } from "./engine/storage.ts";
import { createWarehouse } from "./engine/warehouse.ts";
import type { Settings } from "./options.ts";
import { statements } from "./sql/statements.ts";

/** Makes the function that runs SQL in a session of its own, past HTTP; it answers the rows of the last statement. An abort stops what it runs. */
export function createSeed(
  account: Account,
  settings: Settings,
  signal: AbortSignal,
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
  const warehouse = createWarehouse();
  return async (sql) => {
    let rows: Record<string, string | null>[] = [];
    for (const { statement } of statements(sql)) {
      const answer = await execute(statement, {
        // Seeding does not wait for a warehouse that a test has suspended.
        account: { ...account, warehouse },
        session,
        queryId: randomUUID(),
        text: sql,
        binds: [],
        parameters: new Map(),
        signal,
        describeOnly: false,
        waits: () => undefined,
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
