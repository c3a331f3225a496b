import type { Decision } from "@/api/types";
import { formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { w } from "./words";

/** What was decided of what a filing asked for, and why. */
export function Decided({ of }: { of: Decision | null | undefined }) {
  const t = useText();
  const { lang } = useLang();
  if (!of) return null;
  return (
    <p className="row">
      <span className={of.granted ? "badge done" : "badge gap"}>{t(of.granted ? w.granted : w.refused)}</span>
      <span>{t(w.decided(formatDay(of.on, lang), t(of.why)))}</span>
    </p>
  );
}
