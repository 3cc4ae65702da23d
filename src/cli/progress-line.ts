import { grouped, shownBytes, shownMs } from "./quantities.ts";
import { cut } from "./display-width.ts";
import type { Ground } from "./ground.ts";

/** What a line of progress tells. */
export interface Told {
  readonly phase: string;
  readonly rows?: number | undefined;
  readonly bytes?: number | undefined;
  readonly totalRows?: number | undefined;
}

/** A line on standard error that tells how far the work has come. */
export interface ProgressLine {
  report(told: Told): void;
  /** Erases the line, for good. */
  end(): void;
}

/** What is done sooner needs no line. */
const patienceMs = 500;
const redrawMs = 125;
const erase = "\r\u001b[K";

/** Begins a line that appears when the work is long, and only on a terminal. */
export function progressLine({ stderr }: Ground, isWanted: boolean): ProgressLine {
  if (!isWanted || !stderr.isTTY) return { report: () => undefined, end: () => undefined };
  const begunAt = performance.now();
  let told: Told = { phase: "connecting" };
  let rowsSince: number | undefined;
  let isDrawn = false;
  const draw = () => {
    const now = performance.now();
    const perSecond =
      rowsSince === undefined ? undefined : ((told.rows ?? 0) * 1_000) / Math.max(now - rowsSince, redrawMs);
    const text = lineText(told, perSecond, now - begunAt);
    stderr.write(erase + cut(text, Math.max(20, (stderr.columns || 80) - 1)));
    isDrawn = true;
  };
  let timer: NodeJS.Timeout | undefined = setTimeout(() => {
    draw();
    timer = setInterval(draw, redrawMs).unref();
  }, patienceMs).unref();
  return {
    report(next) {
      told = next;
      if ((next.rows ?? 0) > 0) rowsSince ??= performance.now();
    },
    end() {
      clearTimeout(timer);
      if (isDrawn) stderr.write(erase);
      isDrawn = false;
    },
  };
}

/** Writes the line: the phase, what is done, how fast, and since when. */
export function lineText(
  { phase, rows = 0, bytes = 0, totalRows }: Told,
  perSecond: number | undefined,
  elapsedMs: number,
): string {
  const of = totalRows === undefined ? "" : ` of ${grouped(totalRows)}`;
  const parts = [
    phase,
    ...(rows > 0 ? [`${grouped(rows)}${of} rows`] : []),
    ...(bytes > 0 ? [shownBytes(bytes)] : []),
    ...(rows > 0 && perSecond !== undefined ? [`${grouped(Math.round(perSecond))} rows/s`] : []),
    shownMs(elapsedMs),
  ];
  return parts.join(" · ");
}
