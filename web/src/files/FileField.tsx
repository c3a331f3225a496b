import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useAccount } from "@/api/session";
import { formatCount } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { type Attachable, type Chosen, sizeOf } from "./chosen";
import { contentHere } from "./here";
import { Preview } from "./Preview";
import { prepare, typeName, typesOf, Unfit } from "./prepare";
import { w } from "./words";
import "./files.css";

interface FileFieldProps {
  of: Attachable;
  label: string;
  value: Chosen[];
  onChange: (chosen: Chosen[]) => void;
  hint?: ReactNode;
  error?: string;
}

/**
 * Chooses or takes photographs and chooses documents. Each is made fit to be sent and kept on the device at once; `value`
 * says which they are. Whoever shows it sends them with `sendFile` before what names them, and forgets them afterwards.
 */
export function FileField({ of, label, value, onChange, hint, error }: FileFieldProps) {
  const t = useText();
  const { lang } = useLang();
  const id = useId();
  const account = useAccount()?.name ?? "";
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string[]>([]);
  const [said, setSaid] = useState("");
  const chooser = useRef<HTMLInputElement>(null);
  const pictures = of.accept.filter((type) => type.startsWith("image/"));
  const full = value.length >= of.most;

  const take = async (files: File[]) => {
    setBusy(true);
    setWrong([]);
    const chosen = [...value];
    const unfit: string[] = [];
    for (const file of files) {
      try {
        if (chosen.length >= of.most) throw new Unfit(w.tooMany(file.name, formatCount(of.most)));
        const one = await prepare(account, file, of);
        if (chosen.some((other) => other.hash === one.hash)) throw new Unfit(w.twice(file.name));
        chosen.push(one);
      } catch (failure) {
        unfit.push(t(failure instanceof Unfit ? failure.why : w.wentWrong(file.name)));
      }
    }
    setBusy(false);
    setWrong(unfit);
    const added = chosen.slice(value.length);
    if (added.length === 0) return;
    setSaid(t(w.added(added.map((one) => one.name).join(lang === "zh" ? "、" : ", "))));
    onChange(chosen);
  };
  const remove = (one: Chosen) => {
    setWrong([]);
    setSaid(t(w.removed(one.name)));
    onChange(value.filter((other) => other.hash !== one.hash));
    // Its button is gone: the keyboard goes on from the choice, once that can be chosen again.
    setTimeout(() => chooser.current?.focus(), 0);
  };
  const describedBy = [`${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const choice = (words: string, capture: boolean) => (
    <label className="button" aria-disabled={full || busy}>
      <input
        ref={capture ? undefined : chooser}
        type="file"
        className="hidden"
        accept={(capture ? pictures : of.accept).join(",")}
        capture={capture ? "environment" : undefined}
        multiple={!capture && of.most > 1}
        disabled={full || busy}
        aria-label={`${label}: ${words}`}
        aria-describedby={describedBy}
        aria-invalid={error ? true : undefined}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // The same file may be chosen again after it was removed.
          event.target.value = "";
          if (files.length > 0) void take(files);
        }}
      />
      {words}
    </label>
  );
  return (
    <fieldset className="field file-field">
      <legend className="label">{label}</legend>
      {value.length > 0 && (
        <ul className="file-list">
          {value.map((one) => (
            <li key={one.hash}>
              <Mark account={account} of={one} />
              <span className="file-name">{one.name}</span>
              <span className="soft small num">{sizeOf(one.sizeBytes)}</span>
              <Button look="plain" disabled={busy} onClick={() => remove(one)}>
                {t(w.remove)}
                <span className="hidden"> {one.name}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className="row file-choices">
        {pictures.length > 0 && <span className="only-touch">{choice(t(w.take), true)}</span>}
        {choice(t(pictures.length === of.accept.length ? w.choosePicture : w.choose), false)}
        {busy && <span className="soft small">{t(w.preparing)}</span>}
        {full && <span className="soft small">{t(w.full(formatCount(of.most)))}</span>}
      </div>
      <span className="hint" id={`${id}-hint`}>
        {hint && <>{hint} · </>}
        {t(w.limits(typesOf(of, lang), formatCount(of.most), sizeOf(of.each_bytes)))}
        {pictures.length > 0 && <> · {t(w.shrunk)}</>}
      </span>
      <span className="hidden" role="status">
        {said}
      </span>
      {wrong.length > 0 && (
        <div role="alert">
          {wrong.map((one) => (
            <span key={one} className="field-error">
              {one}
            </span>
          ))}
        </div>
      )}
      {error && (
        <span className="field-error" id={`${id}-error`}>
          {error}
        </span>
      )}
    </fieldset>
  );
}

/** A small picture of what was chosen, or its type. */
function Mark({ account, of }: { account: string; of: Chosen }) {
  const t = useText();
  const [content, setContent] = useState<Blob>();
  const isPicture = of.mediaType.startsWith("image/");
  useEffect(() => {
    if (isPicture) void contentHere(account, of.hash).then(setContent);
  }, [account, of.hash, isPicture]);
  return (
    <span className="file-mark">
      {content ? (
        <Preview content={content} label={t(w.preview(of.name))} />
      ) : (
        <span aria-hidden="true">{typeName(of.mediaType)}</span>
      )}
    </span>
  );
}
