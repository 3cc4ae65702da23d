import { invalidArgument, reworded, WarehouseError } from "../errors.ts";
import type { StorageAccess, StorageGrant } from "../bulk-engine.ts";
import type { Credentials } from "../credentials/schema.ts";

/** What lets the warehouse reach a bucket, where the tenant's credentials are not to say it. */
export interface AccessOptions {
  /**
   * Redshift: the ARN of the role that the cluster takes on, or a chain of them: the first is attached to the cluster, and each takes on the next.
   * `"default"` is the cluster's default role. Default: the credentials' `iamRole`.
   */
  readonly iamRole?: string | readonly string[] | undefined;
  /** Snowflake: the name of the storage integration. Default: the credentials' `integration`. */
  readonly integration?: string | undefined;
  /** Redshift: the bucket's region, such as `"eu-west-1"`; not for a load of Parquet. Default: the cluster's. */
  readonly region?: string | undefined;
}

/** The names of {@link AccessOptions}. */
export const accessOptions: Readonly<Record<keyof AccessOptions, true>> = {
  iamRole: true,
  integration: true,
  region: true,
};

/** What the credentials say. */
export interface GrantedAccess {
  readonly iamRole?: string | undefined;
  readonly integration?: string | undefined;
}

/** Gives what credentials say of storage. */
export function grantedBy(credentials: Credentials): GrantedAccess {
  return credentials.dataWarehouseType === "snowflake"
    ? { integration: credentials.integration }
    : { iamRole: credentials.iamRole };
}

/** A role's ARN (docs.aws.amazon.com/IAM, "IAM identifiers"). */
const role = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/**
 * Gives what lets the warehouse reach a bucket: what the caller says, else what the credentials say.
 *
 * @param grant - which of it the warehouse takes.
 * @throws `INVALID_ARGUMENT` for what is no role, and where neither says anything.
 */
export function accessOf(options: AccessOptions, granted: GrantedAccess, grant: StorageGrant): StorageAccess {
  const { region } = options;
  if (region !== undefined && !/^[a-z]{2}(?:-[a-z]+)+-\d+$/.test(region)) {
    throw invalidArgument('region must be the name of a region of AWS, such as "eu-west-1".');
  }
  if (grant === "integration") {
    const integration = options.integration ?? granted.integration;
    if (integration === undefined || integration === "") throw lacking("integration", "a storage integration");
    return { roles: [], integration, region };
  }
  const roles = rolesOf(options.iamRole ?? granted.iamRole);
  if (roles.length === 0) throw lacking("iamRole", "an IAM role");
  return { roles, integration: undefined, region };
}

/** Reads a chain of roles, one by one or joined by commas; a comma may also be part of a role's name. */
function rolesOf(given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return [];
  const texts: readonly unknown[] = typeof given === "string" ? [given] : given;
  if (!Array.isArray(texts)) throw invalidArgument("iamRole must be the ARN of a role, or an array of them.");
  const roles = texts.flatMap((text) =>
    typeof text === "string" ? text.split(/,(?=\s*arn:)/).map((one) => one.trim()) : [""],
  );
  if (roles.length === 1 && roles[0] === "") return [];
  if (roles.length === 1 && roles[0] === "default") return roles;
  for (const [index, one] of roles.entries()) {
    if (role.test(one)) continue;
    throw invalidArgument(
      `Role ${index + 1} of iamRole is not the ARN of a role: it must be such as "arn:aws:iam::123456789012:role/name".`,
    );
  }
  return roles;
}

/** What the servers say where it is the storage, or the way to it, that refuses. */
const storageWords = /S3ServiceException|\bS3 (?:bucket|prefix)|stage area|\bIAM Role\b|\bintegration '/i;

/** Adds to a refusal of the storage which place was meant and by what it was to be reached: who grants access has to know. */
export function aboutStorage(error: unknown, url: string, { roles, integration, region }: StorageAccess): unknown {
  if (!WarehouseError.is(error) || error.code !== "QUERY" || !storageWords.test(error.message)) return error;
  const way = integration === undefined ? `the IAM role ${roles.join(", then ")}` : `the integration ${integration}`;
  const advice =
    /\bregion\b/i.test(error.message) && region === undefined ? " The option region says where the bucket is." : "";
  return reworded(error, `${error.message.replace(/\.$/, "")}. It was to reach ${url} by ${way}.${advice}`);
}

function lacking(option: StorageGrant, what: string) {
  return invalidArgument(
    `The tenant's credentials name no ${option}, and without ${what} the warehouse reaches no bucket: pass the option ${option}.`,
  );
}
