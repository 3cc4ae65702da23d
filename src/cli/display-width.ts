/** No letter that is meant to be read has more parts: the rest of a long text need not be looked at, which would take seconds. */
const mostUnits = 32;

let segmenter: Intl.Segmenter | undefined;

/** To make a segmenter takes longer than all else that `--help` does. */
function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return segmenter.segment(text);
}

/** East Asian scripts and the forms that are made for them (Unicode's UAX #11, "W" and "F"). */
const wide =
  /^[\u{1100}-\u{115f}\u{2e80}-\u{303e}\u{3041}-\u{33ff}\u{3400}-\u{4dbf}\u{4e00}-\u{a4cf}\u{a960}-\u{a97c}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe10}-\u{fe19}\u{fe30}-\u{fe6f}\u{ff01}-\u{ff60}\u{ffe0}-\u{ffe6}\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
/** What is shown as a picture: by itself, or because a variation selector asks for it. */
const picture = /^\p{Emoji_Presentation}|\ufe0f/u;
const nothing = /^[\p{Mark}\p{Control}\p{Format}]+$/u;

/** Gives how many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  return widthWithin(text, Infinity);
}

/** Gives how many columns a text takes, or `limit` where it takes more: the rest of a long one is not looked at. */
export function widthWithin(text: string, limit: number): number {
  if (isPlain(text)) return Math.min(text.length, limit);
  let width = 0;
  for (const { segment } of graphemes(text.slice(0, mostUnits * limit))) {
    width += widthOf(segment);
    if (width >= limit) return limit;
  }
  return width;
}

/** Cuts a text so that it takes at most so many columns, an ellipsis included. */
export function cut(text: string, width: number): string {
  if (isPlain(text)) return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
  let [used, kept] = [0, 0];
  const seen = text.slice(0, mostUnits * (width + 1));
  for (const { segment, index } of graphemes(seen)) {
    if (used + widthOf(segment) <= width - 1) kept = index + segment.length;
    used += widthOf(segment);
    if (used > width) break;
  }
  return used <= width && seen.length === text.length ? text : `${text.slice(0, kept)}…`;
}

/** Cuts a text at its front, likewise. */
export function cutFront(text: string, width: number): string {
  if (widthWithin(text, width + 1) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of Array.from(graphemes(text.slice(-mostUnits * width))).reverse()) {
    used += widthOf(segment);
    if (used > width - 1) break;
    kept = segment + kept;
  }
  return `…${kept}`;
}

function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

function widthOf(grapheme: string): number {
  if (nothing.test(grapheme)) return 0;
  return wide.test(grapheme) || picture.test(grapheme) ? 2 : 1;
}
