/** Refuses to touch a real tenant unless somebody has named the schema that the tests may write to. */
export default function permission(): void {
  const schema = process.env.PEAK_LIVE_SCHEMA ?? "";
  if (!/^[a-z_][a-z0-9_]*$/.test(schema)) {
    throw new Error(
      "The live tests write to a real warehouse. Name a schema that they may use, in lower case: PEAK_LIVE_SCHEMA=scratch npm run test:live",
    );
  }
}
