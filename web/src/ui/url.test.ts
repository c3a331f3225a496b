import { describe, expect, it } from "vitest";
import { carry, readFilters, withQuery, writeFilters } from "./url";

describe("filters in the address", () => {
  it("reads what is there and nothing else", () => {
    const params = new URLSearchParams("area=411002&other=1");
    expect(readFilters(params, ["area", "q"] as const)).toEqual({ area: "411002", q: "" });
  });

  it("leaves out what is empty and keeps what is not its own", () => {
    const params = new URLSearchParams("on=2020-03-06&q=五金");
    expect(writeFilters(params, { q: "", area: "411002" }).toString()).toBe("on=2020-03-06&area=411002");
  });

  it("carries the day and the area from page to page, but not a search", () => {
    const from = new URLSearchParams("on=2020-03-06&area=411002&q=x");
    expect(carry("/duties/rent-waiver", from)).toBe("/duties/rent-waiver?on=2020-03-06&area=411002");
    expect(carry("/duties?area=411081", from)).toBe("/duties?area=411081&on=2020-03-06");
    expect(carry("/rules", new URLSearchParams())).toBe("/rules");
  });

  it("writes a query without what is unknown", () => {
    expect(withQuery("/api/x", { a: "1", b: undefined, c: "", d: false })).toBe("/api/x?a=1&d=false");
  });
});
