import { Refused } from "../errors.ts";
import { internal, refusal } from "./failures.ts";

/** Is an IAM role as the stand-in knows it. */
export interface RedshiftRole {
  /** Whether it is attached to the cluster, so that a statement may begin with it. */
  readonly attached?: boolean;
  /** ARNs of the roles that trust this one: it may go before them in a chain. */
  readonly mayAssume?: readonly string[];
  /** Prefixes of S3 URLs that it may list, read and write. */
  readonly locations?: readonly string[];
  /** Whether `IAM_ROLE default` means it. */
  readonly default?: boolean;
}

/** Roles by their ARN. */
export type RedshiftRoles = Readonly<Record<string, RedshiftRole>>;

/** What an ARN of a role looks like (AWS documentation, "IAM identifiers"). */
const arn = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** Is who asks, for the words of a refusal. */
export interface Asker {
  readonly user: string;
  readonly query: number;
}

/**
 * Takes on the roles of an `IAM_ROLE` clause, one after the other: the first must be attached to the cluster, each later one trust
 * the one before it. Gives what tells whether the last one may touch a URL; throws {@link Refused} as Redshift words it.
 */
export function assume(list: string | undefined, roles: RedshiftRoles, asker: Asker): (url: string) => boolean {
  const chain = list === undefined ? [defaultRole(roles)] : split(list);
  let last: RedshiftRole = {};
  chain.forEach((name, index) => {
    const role = Object.hasOwn(roles, name) ? roles[name] : undefined;
    const before = chain[index - 1];
    if (!arn.test(name)) throw notAuthorized(asker, name);
    if (!role || (before === undefined && !role.attached)) throw notAuthorized(asker, name);
    if (before !== undefined && !last.mayAssume?.includes(name)) throw notAuthorized(asker, name, before);
    last = role;
  });
  const { locations = [] } = last;
  return (url) => locations.some((prefix) => url.startsWith(prefix));
}

/** A role's name may hold a comma, so that only one before an ARN ends an ARN; a blank around it belongs to a name and fails. */
const split = (list: string): string[] => list.split(/,(?=\s*arn:)/);

function defaultRole(roles: RedshiftRoles): string {
  const found = Object.entries(roles).find(([, role]) => role.default);
  if (!found) throw refusal("The default IAM role is not set for this cluster.", "XX000");
  return found[0];
}

function notAuthorized({ user, query }: Asker, role: string, by?: string): Refused {
  const who = by ?? `arn:aws:redshift:us-east-1:123456789012:dbuser:stand-in/${user}`;
  const words = `${by === undefined ? "User" : "Role"} ${who} is not authorized to assume IAM Role ${role}`;
  return internal(words, { code: 8001, context: `IAM Role=${role}`, query, location: "xen_aws_credentials_mgr.cpp:402" }); // prettier-ignore
}

/** Makes the refusal of a URL that the role may not touch. */
export function accessDenied(url: string, query: number): Refused {
  const rid = "4B3C9A1D0E5F7788";
  const words = `S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid ${rid},CanRetry 1`;
  const context = `Failed to access ${url} : ${words}`;
  return internal(words, { code: 8001, context, query, location: "s3_utility.cpp:435" });
}
