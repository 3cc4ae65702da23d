/**
 * The tenant's credentials: their public types. This file is imported everywhere, so it loads nothing by itself; the
 * checks in `parse.ts` load zod when they are first needed.
 */

/** What a login to Amazon Redshift needs. */
export interface RedshiftCredentials {
  readonly dataWarehouseType: "amazon_redshift";
  readonly authType: "basic";
  /** The cluster's host name, without scheme or port. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** The schema to put on the search path. */
  readonly schema?: string;
  /** The role or roles for COPY and UNLOAD: ARNs, separated by commas (a chain of roles). */
  readonly iamRole?: string;
  /** The connection string as the API gave it. It is a secret: it carries the password. */
  readonly connectionString?: string;
  /** The name under which connections show up on the server (`application_name`). The API does not send one for Redshift. */
  readonly application?: string;
}

interface Snowflake {
  readonly dataWarehouseType: "snowflake";
  /** The account identifier or the host name, with or without `.snowflakecomputing.com`, without scheme or port. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly schema?: string;
  readonly role?: string;
  /** The virtual warehouse. */
  readonly warehouse?: string;
  /** The name under which connections show up on the server. */
  readonly application?: string;
  /** The storage integration for COPY INTO and external stages. */
  readonly integration?: string;
  /** The connection string as the API gave it. It is a secret: it carries the password or the token. */
  readonly connectionString?: string;
}

/** What a login to Snowflake with user and password needs. */
export interface SnowflakeBasicCredentials extends Snowflake {
  readonly authType: "basic";
  readonly user: string;
  readonly password: string;
}

/** What a login to Snowflake with an OAuth token needs. */
export interface SnowflakeOAuthCredentials extends Snowflake {
  readonly authType: "oauth";
  /** Valid for ten minutes, for logging in only: a session that is open outlives it. */
  readonly accessToken: string;
}

/** The credentials of a tenant's data warehouse, told apart by `dataWarehouseType` and `authType`. */
export type Credentials = RedshiftCredentials | SnowflakeBasicCredentials | SnowflakeOAuthCredentials;
