import { expect, it } from "vitest";
import { actorName } from "./actor";

it("has words for who is nobody, and leaves the names of accounts", () => {
  const names = ["server", "command-line", "zhang.san", "toString"];
  expect(names.map((name) => actorName(name, "zh"))).toEqual([
    "系统自动",
    "命令行（管理员）",
    "zhang.san",
    "toString",
  ]);
  expect(actorName("beneficiary", "en")).toBe("the beneficiary, by a link");
});
