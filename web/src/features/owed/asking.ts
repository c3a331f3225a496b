import type { Measure, Question } from "@/api/types";
import { addMoney } from "@/ui/money";

/** What a reader has told so far. Kept on this page only. */
export interface Told {
  uscc: string;
  /** Values by fact, as the API takes them. */
  answers: Record<string, unknown>;
  /** Facts that the reader does not know. */
  skipped: string[];
}

export const NOTHING_TOLD: Told = { uscc: "", answers: {}, skipped: [] };

/** The next question: the one that settles most, among those not yet answered or skipped. */
export function nextQuestion(questions: readonly Question[], told: Told): Question | null {
  return remaining(questions, told)[0] ?? null;
}

export function remaining(questions: readonly Question[], told: Told): Question[] {
  return questions
    .filter((question) => !(question.fact in told.answers) && !told.skipped.includes(question.fact))
    .sort((a, b) => b.settles - a.settles);
}

export interface Sorted {
  yes: Measure[];
  unknown: Measure[];
  no: Measure[];
  /** The sum of what is known to be owed, in yuan. */
  total: string;
  /** How many of `yes` are in it. */
  summed: number;
  /** What of all that is owed has been paid, in yuan; none where that is not said. */
  paid: string | null;
}

/** What is still to come stands before what has come. */
function openFirst(a: Measure, b: Measure): number {
  return Number(a.standing === "done") - Number(b.standing === "done");
}

/** The measures by answer, and the sum of money known to be owed. */
export function sortMeasures(measures: readonly Measure[]): Sorted {
  const of = (answer: string) => measures.filter((measure) => measure.answer === answer);
  const yes = of("yes").sort(openFirst);
  const inMoney = yes.filter((measure) => measure.amount != null && measure.unit === "CNY");
  const paid = yes.flatMap((measure) =>
    measure.paid != null && measure.unit === "CNY" ? [measure.paid] : [],
  );
  return {
    yes,
    unknown: of("unknown"),
    no: of("no"),
    total: addMoney(inMoney.map((measure) => measure.amount ?? "0")),
    summed: inMoney.length,
    paid: paid.length > 0 ? addMoney(paid) : null,
  };
}
