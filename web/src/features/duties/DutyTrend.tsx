import type { DutyPage } from "@/api/types";
import { Trend } from "@/chart/Trend";
import { useText } from "@/i18n/lang";
import { w } from "./words";

export function DutyTrend({ of }: { of: DutyPage }) {
  const t = useText();
  return (
    <section className="panel">
      <h2>{t(w.trend)}</h2>
      <p className="note">{t(w.trendNote)}</p>
      <Trend moments={of.trend} />
    </section>
  );
}
