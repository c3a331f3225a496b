import { describe, expect, it } from "vitest";
import type { Measure, Question } from "@/api/types";
import { NOTHING_TOLD, nextQuestion, remaining, sortMeasures } from "./asking";

const question = (fact: string, settles: number) => ({ fact, settles }) as Question;

describe("questions", () => {
  const questions = [question("staff", 3), question("industry", 9), question("rent", 1)];

  it("come in the order that settles most", () => {
    expect(nextQuestion(questions, NOTHING_TOLD)?.fact).toBe("industry");
    expect(nextQuestion(questions, { ...NOTHING_TOLD, answers: { industry: "H62" } })?.fact).toBe("staff");
  });

  it("are not asked again when skipped, and end", () => {
    const told = { ...NOTHING_TOLD, answers: { rent: "0" }, skipped: ["industry", "staff"] };
    expect(remaining(questions, told)).toEqual([]);
    expect(nextQuestion(questions, told)).toBeNull();
  });
});

describe("the sum", () => {
  it("is exact and leaves out what is not money, not known, or not owed", () => {
    const measures = [
      { answer: "yes", amount: "0.10", unit: "CNY" },
      { answer: "yes", amount: "0.20", unit: "CNY" },
      { answer: "yes", amount: null, unit: "CNY" },
      { answer: "yes", amount: "3", unit: "month" },
      { answer: "unknown", amount: "1000.00", unit: "CNY" },
      { answer: "no", amount: null, unit: null },
    ] as Measure[];
    const sorted = sortMeasures(measures);
    expect(sorted.total).toBe("0.30");
    expect(sorted.paid).toBeNull();
    expect([sorted.yes.length, sorted.unknown.length, sorted.no.length, sorted.summed]).toEqual([4, 1, 1, 2]);
  });

  it("says what has come of it, and puts what is still to come first", () => {
    const measures = [
      { duty: "a", answer: "yes", standing: "done", amount: "10.00", paid: "10.00", unit: "CNY" },
      { duty: "b", answer: "yes", standing: "gap", amount: "5.00", paid: "0.50", unit: "CNY" },
      { duty: "c", answer: "yes", standing: "gap", amount: "1", paid: "0", unit: "month" },
    ] as Measure[];
    const sorted = sortMeasures(measures);
    expect(sorted.paid).toBe("10.50");
    expect(sorted.yes.map((measure) => measure.duty)).toEqual(["b", "c", "a"]);
  });
});
