import type { FileLoad } from "./one-file.ts";
import type { Mapping } from "./mapping.ts";
import type { OptionReader } from "./option-reader.ts";

/** What ON_ERROR says. `most` is the number, or the part of a hundred, of errors at which a file is skipped. */
export type Policy =
  | { readonly t: "abort" }
  | { readonly t: "continue" }
  | { readonly t: "skip"; readonly most: number; readonly isPercent: boolean };

/** Reads ON_ERROR. */
export function policyOf(read: OptionReader): Policy {
  const word = read.anyWord("ON_ERROR") ?? "ABORT_STATEMENT";
  if (word === "ABORT_STATEMENT") return { t: "abort" };
  if (word === "CONTINUE") return { t: "continue" };
  const [all, most, percent] = /^SKIP_FILE(?:_(\d+)(%)?)?$/.exec(word) ?? [];
  if (all === undefined || most === "0") throw read.refuse("ON_ERROR");
  return { t: "skip", most: Number(most ?? 1), isPercent: percent !== undefined };
}

/** What is to be done with a file. */
export interface Verdict {
  readonly stops: boolean;
  readonly loads: boolean;
  readonly errorLimit: number;
}

const skipsAtOnce = (policy: Policy): boolean => policy.t === "skip" && policy.most === 1 && !policy.isPercent;

/** Tells whether a value that does not fit ends the statement. In JSON and Parquet it does, unless ON_ERROR is SKIP_FILE. */
export const endsLoad = (policy: Policy, { format }: Mapping): boolean =>
  policy.t === "abort" || (format.type !== "CSV" && !skipsAtOnce(policy));

/**
 * Decides about a file. In JSON and Parquet only what cannot be read follows CONTINUE and SKIP_FILE_n: a value that does not fit ends the
 * statement all the same, and a Parquet file that cannot be read is skipped whole (COPY INTO table, "ON_ERROR").
 */
export function verdictOn(policy: Policy, { errors, parsed }: FileLoad, mapping: Mapping): Verdict {
  const unfit = endsLoad(policy, mapping) && errors.some(({ category }) => category === "conversion");
  const errorLimit =
    policy.t === "abort"
      ? 1
      : policy.t === "continue"
        ? parsed
        : policy.isPercent
          ? Math.ceil((parsed * policy.most) / 100)
          : policy.most;
  const stops = errors.length > 0 && (policy.t === "abort" || unfit);
  const skipped = policy.t === "skip" && errors.length > 0 && (policy.isPercent ? errors.length * 100 > parsed * policy.most : errors.length >= policy.most); // prettier-ignore
  const unreadable = mapping.format.type === "PARQUET" && errors.some(({ category }) => category === "parsing");
  return { stops, loads: !stops && !skipped && !unreadable, errorLimit };
}
