import { Link } from "react-router";
import { type Chosen, sizeOf } from "@/files/chosen";
import { formatCount, formatInstant } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { useOutbox } from "./queries";
import { w } from "./words";

/** What waits on this device, or came back. Nothing is shown where nothing waits. */
export function Outbox() {
  const t = useText();
  const { lang } = useLang();
  const { waiting, sending, dropping } = useOutbox();
  if (waiting.length === 0) return null;
  const signedOut = [...(sending.data?.values() ?? [])].includes("signed-out");
  return (
    <section className="panel outbox">
      <h2>{t(w.waitingTitle)}</h2>
      <p>{t(w.waitingWhy)}</p>
      <ul>
        {waiting.map((one) => (
          <li key={one.request.key}>
            <div>
              <strong>{t(one.title)}</strong>{" "}
              <span className="soft small">{formatInstant(one.at, lang)}</span>
              {one.files && one.files.length > 0 && (
                <p className="small">
                  {t(w.withFiles(formatCount(one.files.length), sizeOf(sum(one.files))))}
                </p>
              )}
              <p className={one.refused ? "late" : "soft"}>{t(one.refused ? w.refused : w.waiting)}</p>
              {one.refused && <p className="small">{one.refused.detail}</p>}
            </div>
            {one.refused && (
              <Button look="danger" onClick={() => dropping.mutate(one)}>
                {t(w.dropIt)}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {signedOut && (
        <p className="late">
          <Link to="/signin?to=/forms">{t(w.signedOut)}</Link>
        </p>
      )}
      <Button onClick={() => sending.mutate()} disabled={sending.isPending}>
        {t(sending.isPending ? w.sending : w.sendNow)}
      </Button>
    </section>
  );
}

function sum(files: Chosen[]): number {
  return files.reduce((bytes, one) => bytes + one.sizeBytes, 0);
}
