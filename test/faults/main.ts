import { clearEnvironment } from "../integration/global.ts";
import { choosePostgres } from "../integration/postgres.ts";
import { cellsOf, type Verdict } from "./cell.ts";
import { startGround } from "./ground.ts";
import { matrix } from "./matrix.ts";
import { playAll } from "./play.ts";
import { table } from "./table.ts";

const escaped: unknown[] = [];
process.on("unhandledRejection", (reason) => escaped.push(reason));
process.on("uncaughtException", (error) => escaped.push(error));

clearEnvironment(process.env);

const only = process.argv[2];
const rows = matrix.filter((row) => only === undefined || `${row.phase} ${row.fault}`.includes(only));
const cells = cellsOf(rows);
if (cells.length === 0) throw new Error(`No case of the matrix is named like ${JSON.stringify(only)}.`);
const start = performance.now();
const postgres = await choosePostgres();
const ground = await startGround(postgres);
let verdicts: Verdict[];
try {
  verdicts = await playAll(cells, ground);
} finally {
  await ground[Symbol.asyncDispose]();
  await postgres.close();
}

const outcomes = new Map(verdicts.map(({ cell, outcome }) => [`${rows.indexOf(cell.row)} ${cell.warehouse}`, outcome]));
console.log(table(rows, (row, warehouse) => outcomes.get(`${rows.indexOf(row)} ${warehouse}`) ?? "not played"));

const bad = verdicts.filter(({ broken }) => broken.length > 0);
console.log(`\n${cells.length} cells, ${bad.length} with broken promises.`);
for (const { cell, broken } of bad) {
  console.log(`\n${cell.row.phase}, ${cell.row.fault}, ${cell.warehouse}:`);
  for (const promise of broken) console.log(`- ${promise}`);
}
for (const error of escaped) console.log("\nEscaped to the process:", error);
console.error(`${Math.round((performance.now() - start) / 1_000)} s`);
process.exitCode = bad.length + escaped.length > 0 ? 1 : 0;
