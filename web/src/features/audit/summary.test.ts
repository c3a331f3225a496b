import { expect, it } from "vitest";
import { summaryText } from "./summary";

it("reads in one line", () => {
  expect(
    summaryText({
      file: "a.csv",
      result: { read: 3, added: 2 },
      duties: ["x", "y"],
      rows: [{}, {}],
      none: null,
    }),
  ).toBe("file a.csv · result.read 3 · result.added 2 · duties x, y · rows ×2");
  expect(summaryText("a".repeat(500)).length).toBe(241);
});
