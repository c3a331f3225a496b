import { Fragment, useState } from "react";
import { useParams } from "react-router";
import { useCity, useNames } from "@/api/city";
import { useAccount } from "@/api/session";
import type { CaseAction, CaseActionName, CasePage, RecordLine } from "@/api/types";
import { ByHand } from "@/exempt/ByHand";
import { Give } from "@/exempt/Give";
import { w as exempt } from "@/exempt/words";
import { Files, isFiles } from "@/files/Files";
import { formatDay, formatInstant } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { actorName } from "@/ui/actor";
import { Basis } from "@/ui/Basis";
import { Button, PrintButton } from "@/ui/Button";
import { To } from "@/ui/Links";
import { Answer, Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { MadeUp, Standing } from "@/ui/Standing";
import { ActDialog } from "./Act";
import { useAct, useCase, useLink } from "./queries";
import { State } from "./State";
import { actions, nearness, w } from "./words";
import "./cases.css";

/** Done at once, without a question. */
const AT_ONCE: CaseActionName[] = ["take", "resume"];

/** One case: who has it, by when, what happened, what may be done next. */
export function Case() {
  const t = useText();
  const { lang } = useLang();
  const { no = "" } = useParams();
  const asked = useCase(Number(no));
  const over = (
    <>
      <To to="/cases">{t(w.title)}</To>
      <span aria-hidden="true">/</span>
      <span>{t(w.no(no))}</span>
    </>
  );
  return (
    <Answer
      of={asked}
      rows={8}
      frame={(inside) => (
        <Page title={t(w.case)} over={over}>
          {inside}
        </Page>
      )}
    >
      {(of) => (
        <Page
          title={t(of.title)}
          over={over}
          under={
            <>
              <State of={of} /> {t(w.due)} {formatDay(of.due_on, lang)} · {t(of.office.name)}
            </>
          }
          actions={<PrintButton />}
        >
          <div className="case-columns">
            <div className="stack">
              {of.followed ? (
                <Notice>
                  <p>{t(w.followedNote)}</p>
                </Notice>
              ) : (
                <Next of={of} />
              )}
              <section className="panel">
                <h2>{t(w.happened)}</h2>
                <ol className="case-steps">
                  {of.steps.map((step, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added
                    <li key={index}>
                      <span className="soft small">
                        {formatInstant(step.at, lang)} · {actorName(step.actor, lang)}
                      </span>
                      <strong>{t(step.what)}</strong>
                      {step.words && <p>{step.words}</p>}
                    </li>
                  ))}
                </ol>
              </section>
            </div>
            <div className="stack">
              <Facts of={of} />
              <Exempted of={of} />
              <Similar of={of} />
            </div>
          </div>
        </Page>
      )}
    </Answer>
  );
}

function Facts({ of }: { of: CasePage }) {
  const t = useText();
  const { lang } = useLang();
  return (
    <section className="panel">
      <dl className="pairs">
        {of.words && (
          <>
            <dt>{t(w.said)}</dt>
            <dd className="case-said">{of.words}</dd>
          </>
        )}
        {of.claimed && (
          <>
            <dt>{t(of.claimed.to_be_exempt ? w.asksExemption : w.asksService)}</dt>
            <dd>
              {t(of.claimed.title)} {of.claimed.standing && <Standing of={of.claimed.standing} />}
            </dd>
          </>
        )}
        {of.files.filter(isFiles).map((fact) => (
          <Fragment key={fact.id}>
            <dt>{t(fact.label)}</dt>
            <dd>
              <Files named={fact.value} />
            </dd>
          </Fragment>
        ))}
        {of.place && (
          <>
            <dt>{t(w.place)}</dt>
            <dd>
              {[of.place.address, of.place.lat != null && `${of.place.lat}, ${of.place.lon}`]
                .filter(Boolean)
                .join(" · ")}
            </dd>
          </>
        )}
        <Party label={t(w.about)} of={of.about} duty={of.duty} />
        <Party label={t(w.filing)} of={of.filing} />
        <Party label={t(w.bearer)} of={of.bearer} />
        <Party label={t(w.beneficiary)} of={of.beneficiary} />
        <dt>{t(w.office)}</dt>
        <dd>{t(of.office.name)}</dd>
        {of.helping.length > 0 && (
          <>
            <dt>{t(w.helping)}</dt>
            <dd>{of.helping.map((office) => t(office.name)).join(" · ")}</dd>
          </>
        )}
        <dt>{t(w.officer)}</dt>
        <dd>{of.officer ?? t(w.nobody)}</dd>
        <dt>{t(w.opened)}</dt>
        <dd>{formatInstant(of.opened_at, lang)}</dd>
        <dt>{t(w.term)}</dt>
        <dd>{t(of.term)}</dd>
        <dt>{t(w.due)}</dt>
        <dd>{formatDay(of.due_on, lang)}</dd>
        {of.ending && (
          <>
            <dt>{t(w.ended)}</dt>
            <dd>{t(of.ending)}</dd>
          </>
        )}
        {of.basis && (
          <>
            <dt>{t(w.basis)}</dt>
            <dd>
              <Basis of={of.basis} />
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** Exemptions by hand that its record was ever given. */
function Exempted({ of }: { of: CasePage }) {
  const t = useText();
  if (of.by_hand.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t(exempt.title)}</h2>
      <ByHand of={of.by_hand} />
    </section>
  );
}

/** Cases near in place, time and kind: perhaps the same one twice. */
function Similar({ of }: { of: CasePage }) {
  const t = useText();
  const { lang } = useLang();
  if (of.similar.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t(w.similar)}</h2>
      <ul className="case-similar">
        {of.similar.map((one) => (
          <li key={one.no}>
            <To to={`/cases/${one.no}`}>{t(w.no(String(one.no)))}</To>{" "}
            <span className="soft small">
              {t(one.office.name)} · {formatInstant(one.opened_at, lang)} · {t(nearness(one))}
            </span>{" "}
            <To to={`/cases/${of.no}/merge/${one.no}`}>
              {t(w.compare)}
              <span className="hidden"> {t(w.no(String(one.no)))}</span>
            </To>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface PartyProps {
  label: string;
  of: RecordLine | null | undefined;
  /** The duty whose reasons its page shows. */
  duty?: string | null;
}

/** A record that the case concerns; its page is open to who may read it. */
function Party({ label, of, duty }: PartyProps) {
  const t = useText();
  const names = useNames();
  const account = useAccount();
  if (!of) return null;
  const name = of.name ?? of.id;
  const path = `/records/${of.kind}/${encodeURIComponent(of.id)}`;
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {account?.role === "firm" ? name : <To to={path}>{name}</To>}{" "}
        <span className="soft small">
          {[names.kind(of.kind), names.area(of.area)].filter(Boolean).join(" · ")}
        </span>{" "}
        <MadeUp when={of.synthetic} />
        {duty && account?.role !== "firm" && (
          <div className="small">
            <To to={path}>{t(w.reasons)}</To>
          </div>
        )}
      </dd>
    </>
  );
}

/** What this reader may do now. */
function Next({ of }: { of: CasePage }) {
  const t = useText();
  const [asking, setAsking] = useState<CaseActionName | null>(null);
  const acting = useAct(of.no);
  const linking = useLink(of.no);
  const send = (action: CaseAction) => {
    setAsking(null);
    acting.mutate(action);
  };
  const city = useCity();
  const gap = of.duty && of.about && { duty: of.duty, record: { kind: of.about.kind, id: of.about.id } };
  const exempts = of.claim ? { duty: of.claim.duty, record: of.claim.record, claim: of.claim } : gap;
  const officer = of.actions.includes("assign");
  const [first] = of.actions;
  return (
    <section className="panel no-print" aria-live="polite">
      <h2>{t(w.next)}</h2>
      {of.actions.length === 0 && <p className="note">{t(w.nothing)}</p>}
      {of.duty && officer && <p className="note">{t(w.gapNote)}</p>}
      <div className="row case-actions">
        {of.actions.map((name) => (
          <Button
            key={name}
            look={name === first ? "main" : undefined}
            disabled={acting.isPending}
            onClick={() => (AT_ONCE.includes(name) ? send({ action: name }) : setAsking(name))}
          >
            {t(actions[name])}
          </Button>
        ))}
        {of.may_exempt && exempts && <Give {...exempts} on={city.data?.today} />}
        {of.state === "answered" && officer && (
          <Button disabled={linking.isPending} onClick={() => linking.mutate()}>
            {t(w.link)}
          </Button>
        )}
      </div>
      {acting.error && <Failure error={acting.error} />}
      {linking.error && <Failure error={linking.error} />}
      {linking.data && (
        <Notice tone="good" title={t(w.linkWhy)}>
          <code className="case-link">{`${window.location.origin}${linking.data.path}`}</code>
        </Notice>
      )}
      <ActDialog
        name={asking}
        officers={of.officers}
        kind={of.kind}
        onSend={send}
        onClose={() => setAsking(null)}
      />
    </section>
  );
}
