import type { RecordPage } from "@/api/types";
import { formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { To } from "@/ui/Links";
import { showValue } from "@/ui/value";
import { useFiledBy } from "./queries";
import { w } from "./words";

/** What somebody filed, and how far its inspection is; each leads to all that was written down. */
export function FiledBy({ of }: { of: RecordPage }) {
  const t = useText();
  const { lang } = useLang();
  const filed = useFiledBy(of).data ?? [];
  if (filed.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t(w.filed)}</h2>
      <ul className="stack">
        {filed.map((one) => (
          <li key={`${one.form}/${one.filing.id}`}>
            <To
              to={
                one.number
                  ? `/receipts/${one.number}`
                  : `/records/${one.filing.kind}/${encodeURIComponent(one.filing.id)}`
              }
            >
              {t(one.title)} · {formatDay(one.on, lang)}
            </To>
            {one.state && (
              <p className="row">
                <span className="badge plain">{showValue(one.state, lang)}</span>
                {one.due && <strong>{t(w.putRightBy(formatDay(one.due, lang)))}</strong>}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
