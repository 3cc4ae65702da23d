import { headingsOf, withoutBlocks, type Document } from "./document.ts";

/** Gives where a document's links lead: `docs/connect.md`, `#types`, `https://…`. Not those in code. */
export function linksOf({ text }: Document): string[] {
  const prose = withoutBlocks(text).replace(/(`+)[^]*?\1/g, "code");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

/**
 * Gives the anchors of a document's headings as GitHub makes them: small letters, without marks and punctuation, hyphens for blanks, and numbers where
 * a heading comes again.
 */
export function anchorsOf(document: Document): Set<string> {
  const times = new Map<string, number>();
  return new Set(
    headingsOf(document).map((heading) => {
      const bare = heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .toLowerCase()
        .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "");
      const anchor = bare.trim().replaceAll(" ", "-");
      const before = times.get(anchor) ?? 0;
      times.set(anchor, before + 1);
      return before === 0 ? anchor : `${anchor}-${before}`;
    }),
  );
}
