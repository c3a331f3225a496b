import type { PairingLine } from "@/api/types";
import { formatCount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { To } from "@/ui/Links";
import { Answer, Empty } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { MadeUp } from "@/ui/Standing";
import { useMyPairings } from "./queries";
import { w } from "./words";
import "./pairings.css";

/** Whom an official is paired with, on a phone at the gate: which visit is due, write it, raise a problem. */
export function Pairings() {
  const t = useText();
  const asked = useMyPairings();
  return (
    <Page
      title={t(w.title)}
      under={t(w.lead)}
      actions={
        <To className="button" to="/pairings/schemes">
          {t(w.city)}
        </To>
      }
    >
      <Answer of={asked} rows={6}>
        {({ form, items }) =>
          items.length === 0 ? (
            <Empty>{t(w.none)}</Empty>
          ) : (
            <ul className="pairings">
              {items.map((one) => (
                <Paired key={one.pairing.id} of={one} form={form} />
              ))}
            </ul>
          )
        }
      </Answer>
    </Page>
  );
}

function Paired({ of, form }: { of: PairingLine; form: string }) {
  const t = useText();
  const { lang } = useLang();
  const { with: visited, problems } = of;
  const overdue = of.standing === "gap";
  const day = formatDay(of.due_on, lang);
  const when = of.due_on == null ? w.unknown : overdue ? w.overdueSince(day) : w.dueBy(day);
  const name = visited?.name ?? visited?.id ?? of.pairing.id;
  const record = visited ? `${visited.kind}/${encodeURIComponent(visited.id)}` : "";
  return (
    <li className="panel pairing">
      <h2>
        {record ? <To to={`/records/${record}`}>{name}</To> : name} <MadeUp when={of.pairing.synthetic} />
      </h2>
      <p>
        <span className={`badge ${overdue ? "gap" : "plain"}`}>{t(when)}</span>
      </p>
      <p className="soft small">
        {t(of.visited_on ? w.last(formatDay(of.visited_on, lang)) : w.never)} · {t(of.scheme)}
      </p>
      {problems.raised > 0 && visited && (
        <p className="small">
          <To to={`/cases?record=${encodeURIComponent(`${visited.kind}/${visited.id}`)}`}>
            {t(w.problems(formatCount(problems.open), formatCount(problems.raised)))}
          </To>
        </p>
      )}
      <div className="row">
        <To
          className={overdue ? "button main" : "button"}
          to={`/forms/${form}?by=${encodeURIComponent(of.pairing.id)}`}
        >
          {t(w.write)}
          <span className="hidden"> {name}</span>
        </To>
        {visited && (
          <To className="button" to={`/plan/${encodeURIComponent(visited.id)}`}>
            {t(w.plan)}
            <span className="hidden"> {name}</span>
          </To>
        )}
        {visited && (
          <To
            className="button"
            to={`/cases/new?record=${encodeURIComponent(`${visited.kind}/${visited.id}`)}`}
          >
            {t(w.raise)}
            <span className="hidden"> {name}</span>
          </To>
        )}
      </div>
    </li>
  );
}
