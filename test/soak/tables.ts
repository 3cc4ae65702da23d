/** The warehouses that the soak runs on. */
export const kinds = ["redshift", "snowflake"] as const;

/** One of {@link kinds}. */
export type Kind = (typeof kinds)[number];

/** Rows of the table `counters`: few, so that writers meet. */
export const counterRows = 8;

/** Rows of the table `features`: enough for several batches and chunks. */
export const featureRows = 3_000;

/** What the table `features` holds besides its number `n`. */
export function featureText(n: number): string {
  return `a feature that is called ${n}`;
}
