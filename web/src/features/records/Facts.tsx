import { useState } from "react";
import type { FactLine, RecordPage } from "@/api/types";
import { Files, isFiles } from "@/files/Files";
import { formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { MadeUp } from "@/ui/Standing";
import { showValue } from "@/ui/value";
import { bySource } from "./bySource";
import { Reveal } from "./Reveal";
import { w } from "./words";

/** What is known, each with its source and day; personal facts stay masked until a reason is given. */
export function Facts({ of }: { of: RecordPage }) {
  const t = useText();
  const { lang } = useLang();
  const [revealed, setRevealed] = useState<Record<string, unknown>>({});
  const known = of.facts.filter((fact) => fact.value != null || fact.masked);
  const unknown = of.facts.filter((fact) => fact.value == null && !fact.masked);
  const masked = known.filter((fact) => fact.masked && !(fact.id in revealed));
  return (
    <section className="panel">
      <h2>{t(w.facts)}</h2>
      <p className="note">{t(w.factsNote(String(known.length), String(of.facts.length)))}</p>
      {masked.length > 0 && (
        <Reveal
          of={of}
          facts={masked.map((fact) => fact.id)}
          onRevealed={(facts) => setRevealed((before) => ({ ...before, ...facts }))}
        />
      )}
      {bySource(known).map((group) => (
        <div key={group.key} className="fact-group">
          <h3>
            {group.derived
              ? t(w.derived)
              : [group.source, formatDay(group.on, lang)].filter(Boolean).join(" · ")}{" "}
            <MadeUp when={group.synthetic && !group.derived && !of.synthetic} />
          </h3>
          <dl className="facts">
            {group.facts.map((fact) => (
              <Fact key={fact.id} of={fact} revealed={revealed[fact.id]} />
            ))}
          </dl>
        </div>
      ))}
      {unknown.length > 0 && (
        <details>
          <summary>{t(w.showUnknown(String(unknown.length)))}</summary>
          <p className="soft">{unknown.map((fact) => t(fact.label)).join(" · ")}</p>
        </details>
      )}
    </section>
  );
}

function Fact({ of, revealed }: { of: FactLine; revealed: unknown }) {
  const t = useText();
  const shown = revealed === undefined ? of : { ...of, value: revealed, display: null };
  const hidden = of.masked && revealed === undefined;
  return (
    <div>
      <dt>{t(of.label)}</dt>
      <dd>{hidden ? <span className="badge plain">{t(w.masked)}</span> : <Value of={shown} />}</dd>
    </div>
  );
}

function Value({ of }: { of: FactLine }) {
  const { lang } = useLang();
  return isFiles(of) ? <Files named={of.value} /> : showValue(of, lang);
}
