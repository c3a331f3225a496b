import type { RecordPage } from "@/api/types";
import { FiledLine } from "@/filed/FiledLine";
import { useText } from "@/i18n/lang";
import { useFiledBy } from "./queries";
import { w } from "./words";

/** What somebody filed, and what became of it; each leads to all that was written down. */
export function FiledBy({ of }: { of: RecordPage }) {
  const t = useText();
  const filed = useFiledBy(of).data ?? [];
  if (filed.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t(w.filed)}</h2>
      <ul className="stack">
        {filed.map((one) => (
          <li key={`${one.form}/${one.filing.id}`}>
            <FiledLine of={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}
