import { sameLogin, type CredentialSource, type Stamped } from "./credentials/freshness.ts";
import { reworded, WarehouseError } from "./errors.ts";
import { tellRetry } from "./telemetry/channels.ts";
import type { Call } from "./call.ts";
import type { Driver, Session, TlsDetails } from "./driver.ts";

/** What it takes to log in. */
export interface LoginSettings {
  readonly driver: Driver;
  readonly source: CredentialSource;
  readonly tlsFor: (login: Stamped) => TlsDetails | false;
}

/** After a refused login none is tried for so long, doubling: Snowflake locks a user after five failures. */
const firstPauseMs = 30_000;
const longestPauseMs = 300_000;

interface Refusal {
  readonly error: WarehouseError;
  readonly stale: Stamped;
  readonly until: number;
  readonly pauseMs: number;
}

/** Logs in for one warehouse, with credentials that are fresh at that moment, and holds back after a refusal. */
export class Logins {
  readonly #settings: LoginSettings;
  #refusal: Refusal | undefined;

  constructor(settings: LoginSettings) {
    this.#settings = settings;
  }

  /** Why no login may be tried now; `undefined` when one may. */
  get refusal(): WarehouseError | undefined {
    return this.#refusal !== undefined && Date.now() < this.#refusal.until ? this.#refusal.error : undefined;
  }

  /**
   * Logs in. A login that is refused is tried once more, if a forced fetch of the credentials brings other ones.
   *
   * @throws what `Driver.open` and the source of credentials throw; after `AUTHENTICATION` see {@link refusal}.
   */
  async open(call: Call): Promise<Session> {
    const { source } = this.#settings;
    const login =
      this.#refusal === undefined ? await source.fresh(call) : await source.refetch(this.#refusal.stale, call);
    try {
      return await this.#openWith(login, call);
    } catch (error) {
      if (!isRefused(error)) throw error;
      // Where no other credentials can be had, the refusal is what there is to say.
      const renewed = await source.refetch(login, call).catch(() => login);
      if (sameLogin(login.credentials, renewed.credentials)) throw this.#holdBack(error, login);
      tellRetry("login", { attempt: 1, error });
      return await this.#openAgain(renewed, call);
    }
  }

  async #openAgain(renewed: Stamped, call: Call): Promise<Session> {
    try {
      return await this.#openWith(renewed, call);
    } catch (error) {
      throw isRefused(error) ? this.#holdBack(error, renewed) : error;
    }
  }

  async #openWith(login: Stamped, call: Call): Promise<Session> {
    const { driver, tlsFor } = this.#settings;
    const session = await driver.open({ credentials: login.credentials, tls: tlsFor(login) }, call);
    this.#refusal = undefined;
    return session;
  }

  /** Several logins may be under way when the first is refused: they count as one. */
  #holdBack(error: WarehouseError, stale: Stamped): WarehouseError {
    if (this.refusal !== undefined) return this.refusal;
    const pauseMs = Math.min((this.#refusal?.pauseMs ?? firstPauseMs / 2) * 2, longestPauseMs);
    const refusal = reworded(error, `${error.message} No other login is tried for ${pauseMs / 1_000} s.`);
    this.#refusal = { error: refusal, stale, until: Date.now() + pauseMs, pauseMs };
    return refusal;
  }
}

/** Tells whether an error is a refused login, which is everybody's and not one caller's. */
export function isRefused(error: unknown): error is WarehouseError {
  return WarehouseError.is(error) && error.code === "AUTHENTICATION";
}
