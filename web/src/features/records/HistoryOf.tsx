import { useState } from "react";
import type { RecordPage } from "@/api/types";
import { formatDay, formatInstant } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { actorName } from "@/ui/actor";
import { Button } from "@/ui/Button";
import { Answer } from "@/ui/Notice";
import { isStanding, MadeUp } from "@/ui/Standing";
import { showValue } from "@/ui/value";
import { standing } from "@/ui/words";
import { inOrder, moments } from "./moments";
import { useHistory } from "./queries";
import { w } from "./words";

/** How the record became so: what was told, and which verdicts changed, the latest first. */
export function HistoryOf({ of }: { of: RecordPage }) {
  const t = useText();
  const { lang } = useLang();
  const [shown, setShown] = useState(false);
  const asked = useHistory(of, shown);
  const word = (set: string) => (isStanding(set) ? t(standing[set]) : set);
  return (
    <section className="panel">
      <h2>{t(w.history)}</h2>
      {!shown ? (
        <Button onClick={() => setShown(true)}>{t(w.showHistory)}</Button>
      ) : (
        <Answer of={asked}>
          {(history) => (
            <ol className="history">
              {moments(history).map((moment) => (
                <li key={moment.key}>
                  <div className="history-day">
                    <strong>{formatDay(moment.on, lang)}</strong>
                    <span className="soft small">{t(w.event(String(moment.seq)))}</span>
                  </div>
                  {moment.verdicts.map((verdict) => (
                    <p key={verdict.duty}>
                      {t(verdict.title)}: {t(w.verdictFrom(word(verdict.from), word(verdict.to)))}
                    </p>
                  ))}
                  {moment.told && (
                    <p>
                      {inOrder(moment.told.facts, of.facts)
                        .map(
                          (fact) => `${t(fact.label)} ${fact.masked ? t(w.masked) : showValue(fact, lang)}`,
                        )
                        .join(" · ")}
                      <span className="sub">
                        {[
                          moment.told.source,
                          actorName(moment.told.actor, lang),
                          formatInstant(moment.told.at, lang),
                        ]
                          .filter(Boolean)
                          .join(" · ")}{" "}
                        <MadeUp when={moment.told.synthetic} />
                      </span>
                    </p>
                  )}
                </li>
              ))}
            </ol>
          )}
        </Answer>
      )}
    </section>
  );
}
