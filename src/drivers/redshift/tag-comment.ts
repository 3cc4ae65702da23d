/**
 * Writes a tag as a comment in front of a statement's text, where the query history shows it also of a long one. `SET query_group` would cost
 * a round trip before and one after each statement.
 *
 * @returns the empty string for no tag.
 */
export function tagComment(tag: string | undefined): string {
  if (tag === undefined || tag === "") return "";
  // Comments nest: neither sign may be in the tag.
  return `/* ${tag.replace(/\*(?=\/)|\/(?=\*)/g, "$& ")} */ `;
}
