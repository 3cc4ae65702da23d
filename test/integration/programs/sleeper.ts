// Run as a process of its own by frozen.test.ts: asks when it is told to, after setting its clock forward.
import { connectWarehouse, type CredentialsOption } from "peak-warehouse";

/** What it is told: to ask on so many sessions at once. */
interface Order {
  readonly calls: number;
  /** How much later it is than this machine's clock says: how long the process has slept, without anybody having to wait. */
  readonly sleptMs: number;
}

const escaped: string[] = [];
process.on("uncaughtException", (error) => escaped.push(String(error)));
process.on("unhandledRejection", (error) => escaped.push(String(error)));

const now = Date.now;
let sleptMs = 0;
Date.now = () => now() + sleptMs;

const [credentials = "{}"] = process.argv.slice(2);
const db = await connectWarehouse({ credentials: JSON.parse(credentials) as CredentialsOption, tls: false }); // the test wrote it

/** Asks on so many sessions at once, each of which waits until all are there. */
async function answers(calls: number): Promise<unknown[]> {
  let missing = calls;
  let open: () => void = () => undefined;
  const everyone = new Promise<void>((resolve) => (open = resolve));
  const arrive = (): void => {
    if (--missing <= 0) open();
  };
  const work = Array.from({ length: calls }, async (_, n) => {
    const asked = db.session(async (session) => {
      arrive();
      await everyone;
      return (await session.query<{ n: number }>("select ? as n", [n])).rows[0]?.n;
    });
    return asked.catch((error: unknown) => {
      arrive();
      return String(error);
    });
  });
  return Promise.all(work);
}

async function follow({ calls, sleptMs: laterMs }: Order): Promise<void> {
  sleptMs = laterMs;
  const started = performance.now();
  const given = await answers(calls);
  process.send?.({ answers: given, tookMs: performance.now() - started, escaped });
}

process.on("message", (order: Order) => void follow(order));
process.on("disconnect", () => {
  void db.close().then(() => process.exit());
});
process.send?.("ready");
