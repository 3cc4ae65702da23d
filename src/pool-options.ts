import { checkDurationMs } from "./call.ts";
import { checkOptions } from "./options.ts";
import { invalidArgument } from "./errors.ts";
import type { Driver } from "./driver.ts";

/** How many sessions there may be, and for how long. */
export interface PoolOptions {
  /** Of the sessions once opened, so many stay open although nobody uses them; none is opened before it is wanted. Default 0. */
  readonly min?: number | undefined;
  /** The most sessions at a time; a Snowflake session runs up to 8 plain statements at once. Default 10. */
  readonly max?: number | undefined;
  /** How long an unused session stays open, in milliseconds. Default 300 000 (5 minutes) on Redshift, 1 800 000 (30 minutes) on Snowflake. */
  readonly idleTimeoutMs?: number | undefined;
  /** The age at which a session is replaced, give or take a tenth, in milliseconds. Default 3 600 000 (1 hour). */
  readonly maxLifetimeMs?: number | undefined;
}

/** How long opening a session and waiting for one may take. */
export interface PatienceOptions {
  /** The limit for one login, in milliseconds. Default 120 000: a paused Redshift Serverless takes over a minute. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * The limit for waiting for a session, in milliseconds: more than `connectTimeoutMs`. Default 150 000, or `connectTimeoutMs` + 30 000 if that is
   * more.
   */
  readonly acquireTimeoutMs?: number | undefined;
}

/** Both, with the defaults filled in. */
export interface PoolLimits {
  readonly min: number;
  readonly max: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
  readonly connectTimeoutMs: number;
  readonly acquireTimeoutMs: number;
}

/** Fills in the defaults. @throws `INVALID_ARGUMENT` for sizes and times that make no pool. */
export function poolLimits(pool: PoolOptions, patience: PatienceOptions, driver: Driver): PoolLimits {
  const { idleTimeoutMs = driver.idleTimeoutMs, ...limits } = checkedPool(pool, patience);
  return { ...limits, idleTimeoutMs };
}

/** The limits before the driver is known, whose own `idleTimeoutMs` is the default. */
type CheckedPool = Omit<PoolLimits, "idleTimeoutMs"> & Pick<PoolOptions, "idleTimeoutMs">;

/** Checks the options, and fills in what needs no driver. @throws `INVALID_ARGUMENT` for sizes and times that make no pool. */
export function checkedPool(pool: PoolOptions, patience: PatienceOptions): CheckedPool {
  checkOptions(pool, { min: true, max: true, idleTimeoutMs: true, maxLifetimeMs: true }, "The option pool");
  const { min = 0, max = 10, idleTimeoutMs, maxLifetimeMs = 3_600_000 } = pool;
  const { connectTimeoutMs = 120_000 } = patience;
  const { acquireTimeoutMs = Math.max(150_000, connectTimeoutMs + 30_000) } = patience;
  if (!Number.isInteger(max) || max < 1) throw invalidArgument("pool.max must be a whole number above 0.");
  if (!Number.isInteger(min) || min < 0 || min > max) {
    throw invalidArgument("pool.min must be a whole number from 0 to pool.max.");
  }
  if (idleTimeoutMs !== undefined) checkDurationMs("pool.idleTimeoutMs", idleTimeoutMs);
  checkDurationMs("pool.maxLifetimeMs", maxLifetimeMs);
  checkDurationMs("connectTimeoutMs", connectTimeoutMs);
  checkDurationMs("acquireTimeoutMs", acquireTimeoutMs);
  if (acquireTimeoutMs <= connectTimeoutMs) {
    throw invalidArgument(
      `acquireTimeoutMs (${acquireTimeoutMs}) must be more than connectTimeoutMs (${connectTimeoutMs}), or a slow login could never be waited for: lower that one, too.`,
    );
  }
  return { min, max, idleTimeoutMs, maxLifetimeMs, connectTimeoutMs, acquireTimeoutMs };
}
