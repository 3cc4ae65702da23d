import fc from "fast-check";

// What fails here fails everywhere, again and again. PROPERTY_SEED=random looks further; the seed of a failure is told with it.
const { PROPERTY_SEED = "20261122" } = process.env;
if (PROPERTY_SEED !== "random") fc.configureGlobal({ seed: Number(PROPERTY_SEED) });
