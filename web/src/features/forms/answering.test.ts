import { expect, test } from "vitest";
import type { FieldShape, FormPage } from "@/api/types";
import { answersOf, asks, begin, type Draft, filesOf, mistakesOf, optionsOf, progressOf } from "./answering";

const label = { zh: "", en: "" };
const field = (id: string, type: FieldShape["type"], more: Partial<FieldShape> = {}): FieldShape => ({
  id,
  type,
  label: { zh: id, en: id },
  options: [],
  personal: false,
  derived: false,
  filled: false,
  required: true,
  ...more,
});

const codes = (...ids: string[]) => ids.map((id) => ({ id, label }));

const form: FormPage = {
  id: "resume",
  title: label,
  summary: label,
  officer: false,
  basis: { doc: "d" },
  notices: [],
  filed: [],
  once_a_day: true,
  known: { people: 12 },
  items: [{ id: "truth", text: label }],
  parts: [
    {
      title: label,
      fields: [
        field("people", "int"),
        field("first", "int", { at_most: "people" }),
        field("canteen", "code", { options: codes("none", "shifts") }),
        field("shifts", "int", { only_if: { fact: "canteen", is: ["shifts"] } }),
        field("litres", "decimal", { required: false }),
      ],
    },
  ],
};

const draft = (typed: Record<string, string>, more: Partial<Draft> = {}): Draft => ({
  key: "k",
  typed: { people: "12", first: "8", canteen: "none", ...typed },
  ticked: ["truth"],
  signature: "A",
  ...more,
});

test("what the register knows is filled in, and a draft has a key of its own", () => {
  const one = begin(form);
  expect(one.typed).toEqual({ people: "12" });
  expect(one.key).not.toBe(begin(form).key);
  expect(one.key.length).toBeGreaterThanOrEqual(16);
});

test("what is complete has no mistakes and is sent as typed values", () => {
  expect([...mistakesOf(form, draft({ litres: "2.5" })).keys()]).toEqual([]);
  expect(answersOf(form, draft({ litres: "2.5" }))).toEqual({
    people: 12,
    first: 8,
    canteen: "none",
    litres: "2.5",
  });
});

test("a field that is no longer asked is not sent", () => {
  const shifts = form.parts[0]?.fields[3] as FieldShape;
  expect(asks(form, shifts, { canteen: "shifts" })).toBe(true);
  expect(asks(form, shifts, { canteen: "none" })).toBe(false);
  expect(answersOf(form, draft({ shifts: "2" }))).not.toHaveProperty("shifts");
  expect([...mistakesOf(form, draft({ canteen: "shifts" })).keys()]).toEqual(["shifts"]);
});

test("each mistake stands at its field, in the order of the page", () => {
  const wrong = draft(
    { people: "", first: "-1", canteen: "", litres: "many" },
    { ticked: [], signature: " " },
  );
  expect([...mistakesOf(form, wrong).keys()]).toEqual([
    "people",
    "first",
    "canteen",
    "litres",
    "truth",
    "signature",
  ]);
  expect(mistakesOf(form, draft({ first: "13" })).get("first")?.en).toContain("people");
});

test("an answer that another leaves no room for is a mistake", () => {
  const never = { answer: "true", beside: ["canteen"], is: ["shifts"] };
  const fields = [...(form.parts[0]?.fields ?? []), field("closed", "bool", { never })];
  const asking: FormPage = { ...form, parts: [{ title: label, fields }] };
  const wrong = (typed: Record<string, string>) => [...mistakesOf(asking, draft(typed)).keys()];
  expect(wrong({ closed: "true" })).toEqual([]);
  expect(wrong({ closed: "false", canteen: "shifts", shifts: "2" })).toEqual([]);
  expect(wrong({ closed: "true", canteen: "shifts", shifts: "2" })).toEqual(["closed"]);
});

test("progress counts what has to be done", () => {
  expect(progressOf(form, draft({}))).toEqual({ done: 5, all: 5 });
  expect(progressOf(form, draft({ canteen: "shifts" }, { ticked: [] }))).toEqual({ done: 4, all: 6 });
});

test("files are answered by their names, and go with the form where they are asked for", () => {
  const files = { accept: ["image/jpeg"], most: 2, each_bytes: 1 };
  const only_if = { fact: "canteen", is: ["shifts"] };
  const part = {
    title: label,
    fields: [...(form.parts[0]?.fields ?? []), field("photos", "files", { files, only_if })],
  };
  const asking: FormPage = { ...form, parts: [part] };
  const one = { hash: "a1", name: "door.jpg", mediaType: "image/jpeg", sizeBytes: 9 };
  const shifts = { canteen: "shifts", shifts: "2" };
  expect([...mistakesOf(asking, draft(shifts)).keys()]).toEqual(["photos"]);
  const chosen = draft(shifts, { files: { photos: [one] } });
  expect([...mistakesOf(asking, chosen).keys()]).toEqual([]);
  expect(answersOf(asking, chosen)).toHaveProperty("photos", "a1");
  expect(filesOf(asking, chosen)).toEqual([one]);
  expect(filesOf(asking, draft({}, { files: { photos: [one] } }))).toEqual([]);
});

test("a reason is there by the duty that is chosen, and one that is no longer there is chosen again", () => {
  const reason = field("reason", "code", {
    options: codes("own", "declined"),
    options_by: { fact: "duty", options: { resume: ["own", "declined"], refund: ["declined"] } },
  });
  const duty = field("duty", "code", { options: codes("resume", "refund") });
  const claim: FormPage = { ...form, items: [], parts: [{ title: label, fields: [duty, reason] }] };
  const offered = (typed: Record<string, string>) => optionsOf(reason, typed).map((one) => one.id);
  expect(offered({})).toEqual([]);
  expect(offered({ duty: "refund" })).toEqual(["declined"]);
  const wrong = (typed: Record<string, string>) => [...mistakesOf(claim, draft(typed)).keys()];
  expect(wrong({ duty: "resume", reason: "own" })).toEqual([]);
  expect(wrong({ duty: "refund", reason: "own" })).toEqual(["reason"]);
  expect(wrong({ duty: "gone", reason: "own" })).toEqual(["duty", "reason"]);
});
