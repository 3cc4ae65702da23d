import { longestTag } from "../call.ts";
import type { ActiveTrace } from "./trace-context.ts";

/** Gives what marks one statement in the server's history, where the session's own mark will not do. */
export type TagOf = (tag: string | undefined) => string | undefined;

/**
 * Makes a statement's mark of its call's tag, else of the sessions', and the active trace behind it: `nightly traceparent=00-…-01`.
 *
 * @param sessionTag - what the sessions are marked with, which a statement's own mark takes the place of.
 */
export function tracingTags(sessionTag: string | undefined, activeTrace: ActiveTrace): TagOf {
  return (tag) => {
    const traceparent = activeTrace();
    if (traceparent === undefined) return tag;
    const own = tag ?? sessionTag ?? "";
    const mark = `traceparent=${traceparent}`;
    // The trace is what was asked for: of a tag that leaves no room for it the end goes, by whole characters.
    const room = longestTag - mark.length - 1;
    const kept = own.length <= room ? own : own.slice(0, room).replace(/[\uD800-\uDBFF]$/, "");
    return kept === "" ? mark : `${kept} ${mark}`;
  };
}
