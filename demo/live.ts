import { connectWarehouse } from "peak-warehouse";

/** Runs one statement that reads, and nothing else, on the warehouse of the tenant whose key the environment holds. */
export async function askLiveTenant(signal: AbortSignal): Promise<void> {
  const started = performance.now();
  const db = await connectWarehouse({ signal });
  try {
    const connected = performance.now();
    const { rows, queryId } = await db.query(
      `select current_user as user_name, current_database() as database_name, current_schema() as schema_name`,
      undefined,
      { signal },
    );
    const answered = performance.now();
    console.log(`${db.type}, logged in after ${seconds(connected - started)}`);
    console.log(
      `${JSON.stringify(rows[0])} after ${seconds(answered - connected)}${queryId ? `, query ${queryId}` : ""}`,
    );
  } finally {
    await db.close();
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
