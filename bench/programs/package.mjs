import process from "node:process";
import { pathToFileURL, URL } from "node:url";

/** Where the built package is that is measured: `--dist`, or this checkout's own. */
export const entry = new URL("index.js", pathToFileURL(`${process.env.BENCH_DIST}/`)).href;
