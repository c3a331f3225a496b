import { expect, it } from "vitest";
import { addMoney, fen, yuan } from "./money";

it("keeps every fen, past what a float can hold", () => {
  expect(fen("90071992547409931.07")).toBe(9007199254740993107n);
  expect(yuan(fen("90071992547409931.07"))).toBe("90071992547409931.07");
  expect(yuan(5n)).toBe("0.05");
  expect(yuan(-125n)).toBe("-1.25");
  expect(fen("12.5")).toBe(1250n);
});

it("adds exactly", () => {
  expect(addMoney(["0.10", "0.20"])).toBe("0.30");
  expect(addMoney(["90071992547409931.01", "0.02", "-1"])).toBe("90071992547409930.03");
  expect(addMoney([])).toBe("0.00");
});
