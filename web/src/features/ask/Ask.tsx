import { type FormEvent, useState } from "react";
import { useParams } from "react-router";
import { formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Field, Select, useYesNo } from "@/ui/Field";
import { Answer, Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { useAsked, useSay } from "./queries";
import { w } from "./words";
import "./ask.css";

/** Three questions to whom it concerns, by a link that needs no account. */
export function Ask() {
  const t = useText();
  const { lang } = useLang();
  const { token = "" } = useParams();
  const asked = useAsked(token);
  return (
    <Answer of={asked} frame={(inside) => <Page title={t(w.title)}>{inside}</Page>}>
      {(of) => (
        <Page
          title={t(of.title)}
          over={t(of.city)}
          under={`${t(of.office)} · ${formatDay(of.opened_on, lang)}`}
        >
          {of.open && of.answer && (
            <section className="panel">
              <h2>{t(w.answer)}</h2>
              <p className="ask-words">{of.answer}</p>
            </section>
          )}
          {of.open ? <Questions token={token} /> : <Over said={of.said} />}
        </Page>
      )}
    </Answer>
  );
}

function Over({ said }: { said?: { solved: boolean } | null }) {
  const t = useText();
  if (!said) return <Notice title={t(w.notNow)} />;
  return (
    <Notice tone="good" title={t(w.thanks)}>
      <p>{t(said.solved ? w.solvedNext : w.disputedNext)}</p>
    </Notice>
  );
}

function Questions({ token }: { token: string }) {
  const t = useText();
  const yesNo = useYesNo();
  const [answered, setAnswered] = useState("");
  const [solved, setSolved] = useState("");
  const [satisfied, setSatisfied] = useState("");
  const [words, setWords] = useState("");
  const saying = useSay(token);
  const send = (event: FormEvent) => {
    event.preventDefault();
    saying.mutate({
      answered: answered === "true",
      solved: solved === "true",
      satisfied: satisfied === "" ? undefined : satisfied === "true",
      words: words || undefined,
    });
  };
  return (
    <form className="panel form" onSubmit={send}>
      <h2>{t(w.questions)}</h2>
      <Select label={t(w.answered)} value={answered} none="—" choices={yesNo} onChange={setAnswered} />
      <Select label={t(w.solved)} value={solved} none="—" choices={yesNo} onChange={setSolved} />
      <Select label={t(w.satisfied)} value={satisfied} none="—" choices={yesNo} onChange={setSatisfied} />
      <Field label={t(w.words)} wide>
        {({ id }) => (
          <textarea id={id} rows={4} value={words} onChange={(event) => setWords(event.target.value)} />
        )}
      </Field>
      {saying.error && <Failure error={saying.error} />}
      <Button look="main" type="submit" disabled={answered === "" || solved === "" || saying.isPending}>
        {t(w.send)}
      </Button>
    </form>
  );
}
