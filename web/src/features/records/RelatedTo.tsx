import type { RecordPage } from "@/api/types";
import { formatCount } from "@/i18n/format";
import { useText } from "@/i18n/lang";
import { To } from "@/ui/Links";
import { w } from "./words";

/** What a line is called on the page of the record it is called after: its name without that record's. */
function within(of: RecordPage, { name, id }: { name?: string | null; id: string }): string {
  return name?.replace(`${of.name} · `, "") ?? id;
}

/** What points to the record: its leases, its payments, its members. */
export function RelatedTo({ of }: { of: RecordPage }) {
  const t = useText();
  const related = of.related.filter((one) => one.count > 0);
  if (related.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t(w.related)}</h2>
      {related.map((one) => (
        <div key={`${one.kind}/${one.by}`} className="related">
          <h3>{t(w.relatedBy(t(one.label), t(one.by_label), formatCount(one.count)))}</h3>
          <ul>
            {one.first.map((line) => (
              <li key={line.id}>
                <To to={`/records/${line.kind}/${encodeURIComponent(line.id)}`}>{within(of, line)}</To>
              </li>
            ))}
            {one.count > one.first.length && (
              <li className="soft">{t(w.andMore(formatCount(one.count - one.first.length)))}</li>
            )}
          </ul>
        </div>
      ))}
    </section>
  );
}
