import { useText } from "@/i18n/lang";
import { meaning, standing, w } from "./words";

export type StandingName = Exclude<keyof typeof standing, "should">;

export function isStanding(text: string): text is StandingName {
  return text !== "should" && text in standing;
}

/** Where a record stands for a duty: word and colour, never colour alone. `word` where a reader has another for it. */
export function Standing({ of, word }: { of: string; word?: string }) {
  const t = useText();
  if (!isStanding(of)) return <span className="badge plain">{of}</span>;
  return (
    <span className={`badge ${of}`} title={t(meaning[of])}>
      {word ?? t(standing[of])}
    </span>
  );
}

/** Yes, no or unknown. */
export function Truth({ of }: { of: string }) {
  const t = useText();
  const word = of === "yes" ? w.yes : of === "no" ? w.no : w.unknown;
  return <span className={`badge ${of === "yes" ? "yes" : of === "no" ? "out" : "unknown"}`}>{t(word)}</span>;
}

/** Marks a record or value that is made up. */
export function MadeUp({ when }: { when: boolean | null | undefined }) {
  const t = useText();
  return when ? <span className="badge plain made-up-mark">{t(w.madeUp)}</span> : null;
}
