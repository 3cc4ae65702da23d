import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { suites } from "./suites/index.ts";
import type { Scale, Suite } from "./suite.ts";

/** What the command line asks for. */
export interface Arguments {
  readonly scale: Scale;
  readonly suites: readonly Suite[];
  /** The variants to run besides the baselines; all if `undefined`. */
  readonly only: ReadonlySet<string> | undefined;
  readonly json: string | undefined;
  readonly check: boolean;
  readonly markdown: boolean;
  /** The folder of the package as it was built elsewhere; `undefined` to measure this checkout. */
  readonly dist: string | undefined;
  /** The folder for CPU profiles. */
  readonly profiles: string | undefined;
  readonly build: boolean;
}

/** Says what may be asked for. */
export const usage = `npm run bench -- [options]
  --quick           fewer rows and rounds: an answer in a few minutes
  --rounds N        how often everything is run, at least once; default 5, quick 3
  --suite A,B       only these: ${suites.map(({ name }) => name).join(", ")}; a part of a name will do
  --only X,Y        only these variants, and what they are compared with
  --check           fails if a target of bench/targets.ts falls short of its floor
  --json FILE       writes every figure of every run
  --markdown        prints the tables of ratios for docs/speed.md
  --no-build        measures dist/ as it is
  --dist FOLDER     measures another build, to compare with
  --profile FOLDER  writes a CPU profile of each process, which slows it down: for use with --only`;

/** Reads the command line. Throws an Error that says what is wrong. */
export function readArguments(given: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...given],
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      suite: { type: "string" },
      only: { type: "string" },
      json: { type: "string" },
      check: { type: "boolean", default: false },
      markdown: { type: "boolean", default: false },
      "no-build": { type: "boolean", default: false },
      dist: { type: "string" },
      profile: { type: "string" },
    },
  });
  const { quick, check, markdown, json } = values;
  const rounds = Number(values.rounds ?? (quick ? 3 : 5));
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error("--rounds must be a whole number from 1 on.");
  return {
    scale: { quick, rounds },
    suites:
      values.suite === undefined ? suites.filter((suite) => !quick || suite.quick !== false) : named(values.suite),
    only: chosenVariants(values.only),
    json,
    check,
    markdown,
    dist: values.dist === undefined ? undefined : resolve(values.dist),
    profiles: values.profile === undefined ? undefined : resolve(values.profile),
    build: !values["no-build"] && values.dist === undefined,
  };
}

function named(list: string): readonly Suite[] {
  const parts = names(list);
  for (const part of parts) {
    if (!suites.some(({ name }) => name.includes(part))) throw new Error(`There is no suite ${part}.`);
  }
  return suites.filter(({ name }) => parts.some((part) => name.includes(part)));
}

function chosenVariants(list: string | undefined): ReadonlySet<string> | undefined {
  if (list === undefined) return undefined;
  const known = new Set(suites.flatMap(({ variants }) => variants.map(({ name }) => name)));
  for (const name of names(list))
    if (!known.has(name)) throw new Error(`There is no variant ${name}; there are ${[...known].join(", ")}.`);
  return new Set(names(list));
}

// Two limits have a comma in their names: a comma with a blank behind it separates nothing.
const names = (list: string): string[] => list.split(/,(?! )/);
