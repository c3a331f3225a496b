import { expect, it } from "vitest";
import { newSecret } from "./secret";

it("makes secrets of the form that the server takes, each another", () => {
  const [one, other] = [newSecret(), newSecret()];
  expect(one).not.toBe(other);
  expect(one).toMatch(/^whsec_/);
  expect(atob(one.slice("whsec_".length))).toHaveLength(32);
});
