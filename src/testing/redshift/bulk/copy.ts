import type { CopyCommand } from "./copy-command.ts";
import { beyondStandIn } from "./failures.ts";
import type { BulkAnswer, BulkTask } from "./run.ts";
export function copy(_command: CopyCommand, _task: BulkTask): Promise<BulkAnswer> {
  return Promise.reject(beyondStandIn("COPY"));
}
