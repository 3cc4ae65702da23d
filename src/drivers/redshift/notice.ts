import type { Notice } from "../../driver.ts";

/** What `pg` makes of a NoticeResponse: more than that, and whatever of it the server has sent. */
type Told = { readonly [Name in keyof Notice]?: Notice[Name] | undefined };

/** Takes what is told of a notice out of what `pg` gives. */
export function noticeOf({ severity, code, message }: Told): Notice {
  return { severity, code, message: message ?? "" };
}
