import { entry } from "../package.mjs";

/** Imports one package in a process that has loaded nothing but its own measuring. */
const importing = (specifier) => async () => ({
  run: async () => {
    const loaded = await import(specifier);
    return { count: 1, checksum: Object.keys(loaded).length > 0 ? 1 : 0 };
  },
  close: () => undefined,
});

export const variants = {
  ours: importing(entry),
  pg: importing("pg"),
  postgres: importing("postgres"),
  knex: importing("knex"),
  "snowflake-sdk": importing("snowflake-sdk"),
};
