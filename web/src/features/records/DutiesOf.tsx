import { useState } from "react";
import { useSearchParams } from "react-router";
import { useNames } from "@/api/city";
import type { DutyStanding, RecordPage } from "@/api/types";
import { formatAmount, formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Standing } from "@/ui/Standing";
import { Reasons } from "./Reasons";
import { w } from "./words";

const ORDER = ["gap", "unknown", "leak", "done", "exempt", "out"];

/** Every duty that touches the record, the open ones first; opened, its reasons. */
export function DutiesOf({ of }: { of: RecordPage }) {
  const t = useText();
  const { lang } = useLang();
  const sorted = [...of.duties].sort((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing));
  const concerns = sorted.filter((duty) => duty.standing !== "out");
  const out = sorted.filter((duty) => duty.standing === "out");
  return (
    <section className="panel">
      <h2>{t(w.duties)}</h2>
      <p className="note">
        {concerns.length === 0
          ? t(w.noDuties)
          : t(w.dutiesNote(String(concerns.length), formatDay(of.on, lang)))}
      </p>
      <ul className="verdicts">
        {concerns.map((duty) => (
          <Verdict key={keyOf(duty)} of={duty} record={of} />
        ))}
      </ul>
      {out.length > 0 && (
        <details className="out-duties">
          <summary>{t(w.dutiesOut(String(out.length)))}</summary>
          <ul className="verdicts">
            {out.map((duty) => (
              <Verdict key={keyOf(duty)} of={duty} record={of} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function keyOf(duty: DutyStanding): string {
  return `${duty.duty}/${duty.record?.kind ?? ""}/${duty.record?.id ?? ""}`;
}

/** The id of a record on the page of another: what of it that one's does not say. */
function partOf(page: RecordPage, { id }: { id: string }): string {
  return id
    .split("~")
    .filter((part) => part !== page.id)
    .join(" ");
}

function Verdict({ of, record }: { of: DutyStanding; record: RecordPage }) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const [params] = useSearchParams();
  const [open, setOpen] = useState(params.get("open") === of.duty);
  const subject = of.record ?? { kind: record.kind, id: record.id };
  const days = [
    of.arose_on && t(w.arose(formatDay(of.arose_on, lang))),
    of.met_on ? t(w.met(formatDay(of.met_on, lang))) : of.due_on && t(w.due(formatDay(of.due_on, lang))),
  ];
  const money = [
    of.amount != null && t(w.owed(formatAmount(of.amount, of.unit, lang))),
    of.paid != null && t(w.paid(formatAmount(of.paid, of.unit, lang))),
  ];
  return (
    <li>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span className="verdict-head">
            <Standing of={of.standing} />
            <span className="verdict-title">
              {t(of.title)} <span className="verb">{of.verb}</span>
              <span className="sub">
                {[
                  of.record && t(w.about(names.kind(of.record.kind), partOf(record, of.record))),
                  ...money,
                  ...days,
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </span>
          </span>
        </summary>
        {open && <Reasons of={subject} duty={of.duty} on={record.on} />}
      </details>
    </li>
  );
}
