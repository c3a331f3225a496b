import { type FormEvent, useEffect, useRef, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { useAreaOptions, useCity } from "@/api/city";
import type { FieldShape, FormPage } from "@/api/types";
import type { Chosen } from "@/files/chosen";
import { FileField } from "@/files/FileField";
import { formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import type { Label } from "@/i18n/words";
import { Button } from "@/ui/Button";
import { FactInput } from "@/ui/FactInput";
import { Check, Input } from "@/ui/Field";
import { To } from "@/ui/Links";
import { Answer, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { answersOf, asks, begin, type Draft, filesOf, mistakesOf, optionsOf, progressOf } from "./answering";
import { dropDraft, keepDraft, keptDraft } from "./drafts";
import { Outbox } from "./Outbox";
import { useForm, useOutbox } from "./queries";
import { forgetFiles } from "./unused";
import { w } from "./words";
import "./forms.css";

/** One form, phone first: part by part, then the commitment item by item, then effective at once. */
export function Form() {
  const t = useText();
  const { id = "" } = useParams();
  const [params] = useSearchParams();
  const by = params.get("by") ?? "";
  const asked = useForm(id, by);
  const over = <To to="/forms">{t(w.title)}</To>;
  return (
    <Answer of={asked} rows={8} frame={(inside) => <Page title={t(w.title)}>{inside}</Page>}>
      {(form) => (
        <Page title={t(form.title)} over={over} under={form.by?.name ?? form.by?.id}>
          <div className="filing">
            <Outbox />
            {form.closed ? (
              <Notice tone="warn">{t(form.closed)}</Notice>
            ) : (
              <Filling key={`${form.id}/${by}`} of={form} by={by} />
            )}
          </div>
        </Page>
      )}
    </Answer>
  );
}

function Filling({ of, by }: { of: FormPage; by: string }) {
  const t = useText();
  const { lang } = useLang();
  const navigate = useNavigate();
  const today = useCity().data?.today;
  const { account, filing } = useOutbox();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [tried, setTried] = useState(false);
  const [unkept, setUnkept] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const latest = useRef<Draft>(null);
  useEffect(() => {
    // The draft of before, if there is one, with what the register has learned since only where nothing was typed.
    void keptDraft(account, of.id, by).then((kept) => {
      const fresh = begin(of);
      setDraft((now) => now ?? (kept ? { ...kept, typed: { ...fresh.typed, ...kept.typed } } : fresh));
    });
  }, [account, of, by]);
  if (!draft) return null;

  const change = (next: Draft) => {
    const dropped = hashesOf(draft).filter((hash) => !hashesOf(next).includes(hash));
    latest.current = next;
    setDraft(next);
    void keepDraft(account, of.id, by, next).then(
      () => forgetFiles(account, dropped),
      () => setUnkept(true),
    );
  };
  // A photograph takes a moment to be made ready, and somebody may type meanwhile.
  const chooseFiles = (fact: string, chosen: Chosen[]) => {
    const now = latest.current ?? draft;
    change({ ...now, files: { ...now.files, [fact]: chosen } });
  };
  const dropThis = async () => {
    await dropDraft(account, of.id, by);
    await forgetFiles(account, hashesOf(draft));
  };
  const sent = filing.data;
  const refused = sent && typeof sent === "object" && "refused" in sent ? sent.refused : null;
  const wrong = tried ? mistakesOf(of, draft) : new Map<string, Label>();
  const errorOf = (field: string) => {
    const here = wrong.get(field);
    return here ? t(here) : refused?.errors.find((one) => one.field === field)?.detail;
  };
  const { done, all } = progressOf(of, draft);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (mistakesOf(of, draft).size > 0) {
      // Once the errors stand there.
      setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), 0);
      return;
    }
    const waiting = {
      request: {
        form: of.id,
        by: by || undefined,
        key: draft.key,
        facts: answersOf(of, draft),
        ticked: draft.ticked,
        signature: draft.signature,
      },
      title: of.title,
      files: filesOf(of, draft),
      account,
      at: new Date().toISOString(),
    };
    // Where even the device does not keep it, the error says so below.
    const became = await filing.mutateAsync(waiting).catch(() => null);
    if (became === null) return;
    if (typeof became === "object" && "number" in became) {
      await dropThis();
      await navigate(of.officer ? "/inspections" : `/receipts/${became.number}`);
    } else if (became === "waiting" || became === "signed-out") {
      // It waits in the outbox from here on: another filing begins anew.
      await dropThis();
      await navigate(of.officer ? "/inspections" : "/forms");
    }
  };
  const ofToday = of.once_a_day && of.filed.some((one) => one.on === today);
  return (
    <form ref={form} className="stack" onSubmit={(event) => void submit(event)} noValidate>
      <p>{t(of.summary)}</p>
      {of.notices.map((notice) => (
        <Notice key={notice.en} tone="warn">
          <p>{t(notice)}</p>
        </Notice>
      ))}
      {ofToday && <Notice tone="warn">{t(of.officer ? w.sameFiling : w.sameDay)}</Notice>}
      {of.parts.map((part) => (
        <Part
          key={part.title.en}
          of={of}
          title={part.title}
          fields={part.fields}
          draft={draft}
          errorOf={errorOf}
          onDraft={change}
          onFiles={chooseFiles}
        />
      ))}
      {of.items.length > 0 && <Commitment of={of} draft={draft} errorOf={errorOf} onDraft={change} />}
      <div className="filing-end">
        <p className="small soft" aria-live="polite">
          {t(w.progress(String(done), String(all)))} · {t(w.keptHere)}
        </p>
        {wrong.size > 0 && (
          <p className="late" role="alert">
            {t(w.mend(String(wrong.size)))}
          </p>
        )}
        {(filing.error || unkept) && (
          <Notice tone="bad" title={t(w.notKept)}>
            <p>{t(w.noRoom)}</p>
          </Notice>
        )}
        {refused && wrong.size === 0 && (
          <Notice tone="bad" title={t(w.refused)}>
            <p>{refused.detail}</p>
          </Notice>
        )}
        <div className="row">
          <Button look="main" type="submit" disabled={filing.isPending}>
            {t(filing.isPending ? w.sending : of.officer ? w.save : w.send)}
          </Button>
          <Button look="plain" onClick={() => change(begin(of))}>
            {t(w.startOver)}
          </Button>
        </div>
      </div>
      {of.filed.length > 0 && !of.officer && (
        <section className="panel">
          <h2>{t(w.filedBefore)}</h2>
          <ul>
            {of.filed.map((one) => (
              <li key={one.record}>
                {t(w.filedOn(formatDay(one.on, lang)))}{" "}
                {one.number ? (
                  <To to={`/receipts/${one.number}`}>
                    <code>{one.number}</code>
                  </To>
                ) : (
                  <span className="soft small">{t(w.onSheet)}</span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
    </form>
  );
}

interface PartProps {
  of: FormPage;
  draft: Draft;
  errorOf: (field: string) => string | undefined;
  onDraft: (draft: Draft) => void;
}

function Part({
  of,
  title,
  fields,
  draft,
  errorOf,
  onDraft,
  onFiles,
}: PartProps & {
  title: Label;
  fields: FieldShape[];
  onFiles: (fact: string, chosen: Chosen[]) => void;
}) {
  const t = useText();
  const areas = useAreaOptions();
  const asked = fields.filter((field) => asks(of, field, draft.typed));
  const hintOf = (field: FieldShape) => {
    const known = field.id in of.known && draft.typed[field.id] === String(of.known[field.id]);
    const hint = [field.help && t(field.help), known && t(w.known)].filter(Boolean).join(" · ");
    return hint || undefined;
  };
  return (
    <fieldset className="panel form">
      <legend>
        <h2>{t(title)}</h2>
      </legend>
      {asked.map((field) =>
        field.files ? (
          <FileField
            key={field.id}
            of={field.files}
            label={field.required ? t(field.label) : t(w.optional(field.label))}
            value={draft.files?.[field.id] ?? []}
            onChange={(chosen) => onFiles(field.id, chosen)}
            hint={hintOf(field)}
            error={errorOf(field.id)}
          />
        ) : (
          <FactInput
            key={field.id}
            of={{ ...field, options: field.type === "area" ? areas : optionsOf(field, draft.typed) }}
            label={field.required ? t(field.label) : t(w.optional(field.label))}
            value={draft.typed[field.id] ?? ""}
            onChange={(value) => onDraft({ ...draft, typed: { ...draft.typed, [field.id]: value } })}
            none={t(w.choose)}
            hint={hintOf(field)}
            error={errorOf(field.id)}
          />
        ),
      )}
    </fieldset>
  );
}

function Commitment({ of, draft, errorOf, onDraft }: PartProps) {
  const t = useText();
  const tick = (id: string, ticked: boolean) => {
    const others = draft.ticked.filter((one) => one !== id);
    onDraft({ ...draft, ticked: ticked ? [...others, id] : others });
  };
  return (
    <fieldset className="panel form">
      <legend>
        <h2>{t(of.officer ? w.confirm : w.commitment)}</h2>
      </legend>
      {!of.officer && <p className="soft">{t(w.commitmentLead)}</p>}
      <ol className="commitment">
        {of.items.map((item) => (
          <li key={item.id}>
            <Check
              label={t(item.text)}
              checked={draft.ticked.includes(item.id)}
              onChange={(ticked) => tick(item.id, ticked)}
              error={errorOf(item.id)}
            />
          </li>
        ))}
      </ol>
      <Input
        label={t(of.officer ? w.inspectors : w.signature)}
        hint={t(w.signatureHint)}
        value={draft.signature}
        onChange={(signature) => onDraft({ ...draft, signature })}
        autoComplete="name"
        error={errorOf("signature")}
      />
    </fieldset>
  );
}

function hashesOf(draft: Draft): string[] {
  return Object.values(draft.files ?? {}).flatMap((chosen) => chosen.map((one) => one.hash));
}
