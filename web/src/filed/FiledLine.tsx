import type { FiledPage } from "@/api/types";
import { formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { To } from "@/ui/Links";
import { showValue } from "@/ui/value";
import { Decided } from "./Decided";
import { w } from "./words";

interface FiledLineProps {
  of: FiledPage;
  /** Where one leads that came on a sheet and has no receipt: its record, unless said. */
  otherwise?: string;
}

/** A filing in a list: what it is, when it was filed, how far its inspection is, what was decided. */
export function FiledLine({ of, otherwise }: FiledLineProps) {
  const t = useText();
  const { lang } = useLang();
  const record = `/records/${of.filing.kind}/${encodeURIComponent(of.filing.id)}`;
  return (
    <>
      <p>
        <To to={of.number ? `/receipts/${of.number}` : (otherwise ?? record)}>
          {t(of.title)} · {formatDay(of.on, lang)}
        </To>
      </p>
      {of.state && (
        <p className="row">
          <span className="badge plain">{showValue(of.state, lang)}</span>
          {of.due && <strong>{t(w.putRightBy(formatDay(of.due, lang)))}</strong>}
        </p>
      )}
      <Decided of={of.decision} />
    </>
  );
}
