import { readFileSync } from "node:fs";
import { join } from "node:path";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, it } from "vitest";

const WEB = join(import.meta.dirname, "../..");

it("the client is what openapi.json says: if not, run `npm run generate`", async () => {
  const generated = astToString(await openapiTS(new URL(`file://${join(WEB, "openapi.json")}`)));
  expect(`${COMMENT_HEADER}${generated}`).toBe(readFileSync(join(WEB, "src/api/schema.d.ts"), "utf8"));
}, 60_000);
