import { type FormEvent, useState } from "react";
import type { NoticeWay, NoticeSettings as Of } from "@/api/types";
import { formatCount, formatInstant } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Input, Select } from "@/ui/Field";
import { To } from "@/ui/Links";
import { Answer, Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { useChoose, useEmail, useNoticeSettings, useWebhook } from "./queries";
import { newSecret } from "./secret";
import { w } from "./words";
import "./notices.css";

const WAYS = { app: w.wayApp, once: w.wayOnce, digest: w.wayDigest };

/** How an account is told: by which way of which kind, to which address. */
export function Settings() {
  const t = useText();
  const asked = useNoticeSettings();
  return (
    <Page title={t(w.settings)} under={t(w.settingsLead)} over={<To to="/inbox">{t(w.title)}</To>}>
      <Answer of={asked}>
        {(settings) => (
          <>
            <Failed of={settings} />
            <div className="columns">
              <div className="stack">
                <Email of={settings} />
                <Webhook of={settings} />
              </div>
              <Kinds of={settings} />
            </div>
          </>
        )}
      </Answer>
    </Page>
  );
}

function Kinds({ of }: { of: Of }) {
  const t = useText();
  const [lang, setLang] = useState(of.lang);
  const [ways, setWays] = useState(() => Object.fromEntries(of.kinds.map(({ id, way }) => [id, way])));
  const choosing = useChoose();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    choosing.mutate({ lang, ways });
  };
  const choose = (id: string, way: string) => {
    choosing.reset();
    setWays({ ...ways, [id]: way as NoticeWay });
  };
  return (
    <section className="panel">
      <h2>{t(w.kinds)}</h2>
      <p className="note">{t(w.kindsNote(String(of.digest_hour)))}</p>
      <form className="form notice-ways" onSubmit={submit}>
        <Select
          label={t(w.lang)}
          value={lang}
          choices={[
            { value: "zh", label: t(w.zh) },
            { value: "en", label: t(w.en) },
          ]}
          onChange={(next) => setLang(next as Of["lang"])}
        />
        {of.kinds.map(({ id, label }) => (
          <Select
            key={id}
            label={t(label)}
            value={ways[id] ?? "digest"}
            choices={Object.entries(WAYS).map(([value, word]) => ({ value, label: t(word) }))}
            onChange={(way) => choose(id, way)}
          />
        ))}
        {choosing.error && <Failure error={choosing.error} />}
        {choosing.data && <Notice tone="good">{t(w.saved)}</Notice>}
        <div>
          <Button look="main" type="submit" disabled={choosing.isPending}>
            {t(w.save)}
          </Button>
        </div>
      </form>
    </section>
  );
}

function Email({ of }: { of: Of }) {
  const t = useText();
  const [address, setAddress] = useState("");
  const changing = useEmail();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changing.mutate(address.trim(), { onSuccess: () => setAddress("") });
  };
  return (
    <section className="panel">
      <h2>{t(w.email)}</h2>
      {of.email && <p>{t(w.emailTo(of.email))}</p>}
      {of.email_asked && (
        <div className="ahead">
          <Notice tone="warn">{t(w.emailAsked(of.email_asked))}</Notice>
        </div>
      )}
      {changing.error && <Failure error={changing.error} />}
      {of.has_mail ? (
        <form className="form" onSubmit={submit}>
          <Input
            label={t(w.address)}
            type="email"
            value={address}
            onChange={setAddress}
            autoComplete="email"
            required
          />
          <div className="row">
            <Button type="submit" disabled={changing.isPending}>
              {t(w.sendLink)}
            </Button>
            {(of.email ?? of.email_asked) && (
              <Button look="danger" disabled={changing.isPending} onClick={() => changing.mutate(null)}>
                {t(w.stopEmail)}
              </Button>
            )}
          </div>
        </form>
      ) : (
        <p className="soft">{t(w.emailNone)}</p>
      )}
    </section>
  );
}

function Webhook({ of }: { of: Of }) {
  const t = useText();
  const [url, setUrl] = useState("");
  const [secret, setSecret] = useState(newSecret);
  const changing = useWebhook();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changing.mutate(
      { url: url.trim(), secret },
      {
        onSuccess: () => {
          setUrl("");
          setSecret(newSecret());
        },
      },
    );
  };
  return (
    <section className="panel">
      <h2>{t(w.webhook)}</h2>
      <p className="note">{t(w.webhookNote)}</p>
      {of.webhook && <p className="notice-address">{t(w.webhookTo(of.webhook))}</p>}
      {of.webhook_stopped && (
        <div className="ahead">
          <Notice tone="bad">{t(w.webhookStopped(t(of.webhook_stopped)))}</Notice>
        </div>
      )}
      {changing.error && <Failure error={changing.error} />}
      <form className="form" onSubmit={submit}>
        <Input label={t(w.url)} type="url" value={url} onChange={setUrl} placeholder="https://" required />
        <Input label={t(w.secret)} hint={t(w.secretHint)} value={secret} onChange={setSecret} required />
        <div className="row">
          <Button type="submit" disabled={changing.isPending}>
            {t(w.setWebhook)}
          </Button>
          {of.webhook && (
            <Button look="danger" disabled={changing.isPending} onClick={() => changing.mutate(null)}>
              {t(w.stopWebhook)}
            </Button>
          )}
        </div>
      </form>
    </section>
  );
}

/** What could not be sent: nobody should think that silence means that nothing happened. */
function Failed({ of }: { of: Of }) {
  const t = useText();
  const { lang } = useLang();
  if (of.failed.length === 0) return null;
  return (
    <div className="ahead">
      <Notice tone="warn" title={t(w.failed)}>
        <ul className="notice-failed">
          {of.failed.map((one) => (
            <li key={`${one.at}${one.by_mail}`}>
              {formatInstant(one.at, lang)}{" "}
              {t(w.failedLine(t(one.by_mail ? w.byMail : w.byWebhook), t(one.why), formatCount(one.tries)))}{" "}
              {t(one.given_up ? w.givenUp : w.triedAgain)}
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}
