import fc from "fast-check";

const pieces = [
  ...Array.from("?:$'\"\\/*-.;,()[]{}@#=<> \n\r\tab1_é😀"),
  "$1",
  "$$",
  "$t$",
  ":a",
  "::",
  ":=",
  "--",
  "//",
  "/*",
  "*/",
  "in (",
  "1.5e-3",
  "select",
  "begin",
  "end",
  "file://",
  "@s/",
  "\uFEFF",
];

/** Texts made of what SQL is made of, in any order; few of them are SQL. */
export const sqlSoup: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...pieces), { maxLength: 30 })
  .map((all) => all.join(""));
