import { type FormEvent, useState } from "react";
import type { Owed, Question } from "@/api/types";
import { useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { FactInput, factValue } from "@/ui/FactInput";
import { nextQuestion, remaining, type Told } from "./asking";
import { w } from "./words";

interface AskProps {
  questions: Question[];
  known: Owed["known"];
  told: Told;
  onTold: (told: Told) => void;
}

/** One question at a time, the one that settles most first; answers given can be changed. */
export function Ask({ questions, known, told, onTold }: AskProps) {
  const t = useText();
  const question = nextQuestion(questions, told);
  const left = remaining(questions, told).length;
  const forget = (fact: string) => {
    const { [fact]: _, ...answers } = told.answers;
    onTold({ ...told, answers });
  };
  const mine = known.filter((one) => one.fact in told.answers);
  return (
    <section className="panel ask no-print">
      {question ? (
        <>
          <h2>
            {t(w.nextQuestion)} <span className="soft small">{t(w.remaining(String(left)))}</span>
          </h2>
          <OneQuestion
            key={question.fact}
            of={question}
            onAnswer={(value) => onTold({ ...told, answers: { ...told.answers, [question.fact]: value } })}
            onSkip={() => onTold({ ...told, skipped: [...told.skipped, question.fact] })}
          />
        </>
      ) : (
        <p>
          {t(w.allAsked)} {told.skipped.length > 0 && t(w.skipped(String(told.skipped.length)))}
        </p>
      )}
      {!question && told.skipped.length > 0 && (
        <Button onClick={() => onTold({ ...told, skipped: [] })}>{t(w.askAgain)}</Button>
      )}
      {mine.length > 0 && (
        <details>
          <summary>{t(w.answers)}</summary>
          <dl className="answers">
            {mine.map((one) => (
              <div key={one.fact}>
                <dt>{t(one.label)}</dt>
                <dd>
                  {t(one.display)}{" "}
                  <Button
                    look="plain"
                    aria-label={`${t(w.mend)} ${t(one.label)}`}
                    onClick={() => forget(one.fact)}
                  >
                    {t(w.mend)}
                  </Button>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}

interface OneQuestionProps {
  of: Question;
  onAnswer: (value: unknown) => void;
  onSkip: () => void;
}

function OneQuestion({ of, onAnswer, onSkip }: OneQuestionProps) {
  const t = useText();
  const [typed, setTyped] = useState("");
  const value = factValue(of.type, typed);
  const wrong = typed.trim() !== "" && value === undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value !== undefined) onAnswer(value);
  };
  return (
    <form className="form" onSubmit={submit}>
      <FactInput of={of} label={t(of.question)} value={typed} onChange={setTyped} none={t(w.choose)} />
      {wrong && (
        <p className="late" role="alert">
          {t(w.wrong)}
        </p>
      )}
      <p className="small soft">{t(w.settles(String(of.settles)))}</p>
      <div className="row">
        <Button look="main" type="submit" disabled={value === undefined}>
          {t(w.answer)}
        </Button>
        <Button look="plain" onClick={onSkip}>
          {t(w.skip)}
        </Button>
      </div>
    </form>
  );
}
