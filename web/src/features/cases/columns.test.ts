import { expect, it } from "vitest";
import type { BoardCard, BoardColumn } from "@/api/types";
import { mayTake, nameIn } from "./columns";

const column = (officer: string | null): BoardColumn => ({ officer, count: 0, items: [] });
const card = (officer: string | null, people: string[]) => ({ officer, people }) as BoardCard;

it("takes a card from another column whose person may have it", () => {
  const li = column("li");
  expect(mayTake(li, null)).toBe(false);
  expect(mayTake(li, card(null, ["li", "wang"]))).toBe(true);
  expect(mayTake(li, card("wang", ["li", "wang"]))).toBe(true);
  expect(mayTake(li, card("li", ["li"]))).toBe(false);
  expect(mayTake(li, card(null, ["wang"]))).toBe(false);
});

it("lets go over nobody's column what may be given at all", () => {
  expect(mayTake(column(null), card("li", ["li"]))).toBe(true);
  expect(mayTake(column(null), card("li", []))).toBe(false);
  expect(mayTake(column(null), card(null, ["li"]))).toBe(false);
});

it("has a name for nobody's column", () => {
  expect([column(null), column("li")].map(nameIn)).toEqual(["-", "li"]);
});
