import { formatAmount, formatMoneyShort, NOTHING } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { w } from "./words";

interface AmountsProps {
  of: {
    owed?: string | null;
    paid?: string | null;
    leaked?: string | null;
    unit?: string | null;
    counts?: { leak: number };
  };
}

/** What is owed, and below it what has been paid, and to those not owed; money short, the exact sum in the title. */
export function Amounts({ of: { owed, paid, leaked, unit, counts } }: AmountsProps) {
  const t = useText();
  const { lang } = useLang();
  if (owed == null && paid == null) return <>{NOTHING}</>;
  const short = (text: string | null | undefined) =>
    !unit || unit === "CNY" ? formatMoneyShort(text, lang) : formatAmount(text, unit, lang);
  return (
    <>
      <span title={`${t(w.owed)} ${formatAmount(owed, unit, lang)}`}>{short(owed)}</span>
      <span className="sub" title={`${t(w.paid)} ${formatAmount(paid, unit, lang)}`}>
        {t(w.paid)} {short(paid)}
      </span>
      {paid != null && (counts?.leak ?? 0) > 0 && (
        <span className="sub loss" title={`${t(w.leakedMoney)} ${formatAmount(leaked, unit, lang)}`}>
          {t(w.leakedShort)} {short(leaked)}
        </span>
      )}
    </>
  );
}
