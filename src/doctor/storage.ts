import { writeWholeFile } from "../files/whole-file.ts";
import { accessOf, grantedBy } from "../bulk/access.ts";
import { openBucket, type BucketOptions } from "../bulk/bucket.ts";
import { passed, skipped, warning, type Finding } from "./finding.ts";
import type { Call } from "../call.ts";
import type { Credentials } from "../credentials/schema.ts";
import type { Advise } from "./notes.ts";

/** Looks at what lets the warehouse reach S3. Whether it does, only an unload can tell. @throws `INVALID_ARGUMENT` for roles that are none. */
export function judgeStorage(credentials: Credentials): Finding {
  const granted = grantedBy(credentials);
  const what = credentials.dataWarehouseType === "snowflake" ? "integration" : "iamRole";
  if (granted[what] === undefined) {
    return warning(
      `the credentials name no ${what}`,
      `For unload() and load() pass the option ${what}, or set it for the warehouse in Peak; all else works without.`,
      true,
    );
  }
  const { roles, integration } = accessOf({}, granted, what);
  if (integration !== undefined) return passed(`the integration ${integration}`, true, { integration });
  return passed(
    roles.length === 1 ? `the role ${String(roles[0])}` : `a chain of ${roles.length} roles: ${roles.join(", then ")}`,
    true,
    { roles },
  );
}

/** Says what to do about storage access that is not well-formed. */
export const adviseStorage: Advise = () =>
  "Correct the warehouse's settings in Peak; until then pass the option iamRole to unload() and load(). All else works without.";

/** Writes to a path of this machine or to S3, and takes it away again. */
export async function tryTarget(target: string | undefined, options: BucketOptions, call: Call): Promise<Finding> {
  if (target === undefined) return skipped("none was named", true);
  return target.startsWith("s3://") ? tryBucket(target, options, call) : tryFile(target);
}

/** As `export()` does, up to the moment where the file would get its name. */
async function tryFile(path: string): Promise<Finding> {
  const enough = new Error("the bytes were written");
  try {
    await writeWholeFile(path, async (append) => {
      await append(Buffer.from("peak-warehouse\n"));
      throw enough;
    });
  } catch (error) {
    if (error !== enough) throw error;
  }
  return passed(`${JSON.stringify(path)} can be written`, true);
}

async function tryBucket(prefix: string, options: BucketOptions, { signal }: Call): Promise<Finding> {
  const bucket = await openBucket(options);
  const url = `${prefix}peak-warehouse-doctor-${Date.now().toString(36)}`;
  try {
    await bucket.write(url, Buffer.from("peak-warehouse\n"), signal);
    const left = await bucket.remove([url], signal).then(
      () => false,
      () => true,
    );
    if (!left) return passed(`${prefix} can be written, and files there removed`, true);
    return warning(
      `${prefix} can be written; the file ${url} could not be removed again`,
      "Removing takes s3:DeleteObject; overwrite and cleanUp need it.",
      true,
    );
  } finally {
    bucket.close();
  }
}

/** Says what to do about a target that cannot be written. */
export const adviseTarget: Advise = ({ code, vendorCode = "", message }) => {
  if (vendorCode === "ENOENT") return "Make the folder first, or name another.";
  if (/^E(?:ACCES|PERM|ROFS)$/.test(vendorCode))
    return "Let the user of this process write there, or name another path.";
  if (/^E(?:NOSPC|DQUOT)$/.test(vendorCode)) return "Make room on that disk, or name another.";
  if (vendorCode === "NoSuchBucket") return "Create the bucket, or name another.";
  if (vendorCode === "AccessDenied")
    return "Give this machine's AWS credentials s3:PutObject there; the warehouse's own role is not used for this.";
  if (vendorCode === "CredentialsProviderError")
    return "This machine has no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, and AWS_REGION.";
  // The SDK has no code for it.
  if (message.includes("Region is missing"))
    return "This machine names no AWS region: set AWS_REGION, or region in the AWS profile.";
  if (code === "UNSUPPORTED") return "npm install @aws-sdk/client-s3";
  if (code === "TIMEOUT") return "The place takes no bytes: is the network or the disk in order?";
  return "Name a file whose folder is there, or s3://bucket/prefix/.";
};
