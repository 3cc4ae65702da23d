/**
 * The types NUMERIC(p,s) of a stand-in, each as a domain of PostgreSQL's. PostgreSQL forgets precision and scale in an
 * aggregate and describes its result without them; Redshift does not: SUM of NUMERIC(p,s) is NUMERIC(38,s), MIN and
 * MAX keep their argument's type (AWS documentation). A column of a domain is described by the domain's base type,
 * precision and scale, and a domain may have aggregates of its own, so each type gets the three when it is first met.
 * What comes of arithmetic stays without a scale: -1 is better than a wrong one.
 */
export interface NumericTypes {
  /** Names of the domains there are: `numeric_10_2`. */
  readonly known: ReadonlySet<string>;
  /**
   * Creates the types that the bytes of a client mention; undefined where none is missing. A mention cut in two by the
   * border of a chunk is missed, and then only the scale of its sums is unknown.
   */
  ensure(chunk: Buffer): Promise<void> | undefined;
}

const mention = /\b(?:numeric|decimal)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)/gi;
const maximumPrecision = 38;

/** Gives the domain that stands for NUMERIC(p,s). */
export const numericName = (precision: number, scale: number): string => `numeric_${precision}_${scale}`;

/** Gives the SQL that makes NUMERIC(p,s); NUMERIC(38,s) must be there before. */
export function createNumeric(precision: number, scale: number): string {
  const name = numericName(precision, scale);
  const total = `${maximumPrecision}_${scale}`;
  const sum =
    precision === maximumPrecision
      ? `create function pg_catalog.sum_${total}(internal) returns numeric_${total} language internal as 'numeric_sum';`
      : "";
  return `
    create domain pg_catalog.${name} as numeric(${precision},${scale});
    create function pg_catalog.to_${name}(numeric) returns ${name} language internal immutable strict as 'numeric_uplus';
    ${sum}
    create aggregate pg_catalog.sum(${name})
      (sfunc = numeric_avg_accum, stype = internal, finalfunc = sum_${total});
    create aggregate pg_catalog.max(${name}) (sfunc = numeric_larger, stype = numeric, finalfunc = to_${name});
    create aggregate pg_catalog.min(${name}) (sfunc = numeric_smaller, stype = numeric, finalfunc = to_${name});`;
}

/** Keeps the types of one database; `run` runs SQL there, `created` is told of every new one. */
export function numericTypes(
  run: (sql: string) => Promise<unknown>,
  created: (name: string) => Promise<void>,
): NumericTypes {
  // The type of a sum of integers, and the one that NUMERIC means without a precision.
  const known = new Set([numericName(maximumPrecision, 0), numericName(18, 0)]);
  let last: Promise<void> = Promise.resolve();

  async function add(precision: number, scale: number): Promise<void> {
    const name = numericName(precision, scale);
    if (known.has(name)) return;
    if (precision < maximumPrecision) await add(maximumPrecision, scale);
    await run(`set search_path to pg_catalog; ${createNumeric(precision, scale)}; reset search_path`);
    await created(name);
    known.add(name);
  }

  return {
    known,
    ensure(chunk) {
      const missing = [...chunk.toString("latin1").matchAll(mention)]
        .map(([, precision, scale = "0"]) => [Number(precision), Number(scale)] as const)
        .filter(([precision, scale]) => isNumeric(precision, scale) && !known.has(numericName(precision, scale)));
      if (missing.length === 0) return undefined;
      // One after the other: two sessions may meet the same type at the same moment.
      last = last.then(async () => {
        for (const [precision, scale] of missing) await add(precision, scale);
      });
      return last;
    },
  };
}

/** Whether Redshift has the type. */
const isNumeric = (precision: number, scale: number): boolean =>
  precision >= 1 && precision <= maximumPrecision && scale <= precision;
