import { useParams } from "react-router";
import { useAccount } from "@/api/session";
import { formatDay, formatInstant } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { PdfLink, PrintButton } from "@/ui/Button";
import { Answer, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { MadeUp } from "@/ui/Standing";
import { Became } from "./Became";
import { useFiled, useReceipt } from "./queries";
import { w } from "./words";
import "./forms.css";

/** What was committed, by whom, when: open to everybody who has the number. */
export function Receipt() {
  const t = useText();
  const { lang } = useLang();
  const { number = "" } = useParams();
  const asked = useReceipt(number);
  const became = useFiled({ number }, useAccount() !== null);
  return (
    <Page
      title={t(w.receipt)}
      actions={
        asked.data && (
          <>
            <PdfLink to={`/api/receipts/${asked.data.number}/receipt.pdf`}>{t(w.pdf)}</PdfLink>
            <PrintButton />
          </>
        )
      }
    >
      <Answer of={asked}>
        {(receipt) => (
          <article className="receipt stack">
            <section className="panel receipt-head">
              <div>
                <p className="receipt-state">
                  {t(w.effective)} <MadeUp when={receipt.synthetic} />
                </p>
                <h2>{t(receipt.title)}</h2>
                <p className="soft small">{t(w.number)}</p>
                <p className="receipt-number">
                  <code>{receipt.number}</code>
                </p>
                <dl className="pairs">
                  <dt>{t(w.by)}</dt>
                  <dd>{receipt.by}</dd>
                  <dt>{t(w.on)}</dt>
                  <dd>{formatDay(receipt.on, lang)}</dd>
                  <dt>{t(w.at)}</dt>
                  <dd>{formatInstant(receipt.at, lang)}</dd>
                </dl>
              </div>
              <figure>
                <img src={`/api/receipts/${receipt.number}/qr.svg`} alt={t(w.qr)} width="168" height="168" />
                <figcaption className="small soft">{t(w.qr)}</figcaption>
              </figure>
            </section>
            {receipt.replaced_by && <Notice tone="warn">{t(w.replaced(receipt.replaced_by))}</Notice>}
            <p>{t(receipt.items?.length === 0 ? w.received : w.effectiveWhy)}</p>
            {receipt.items?.length !== 0 && (
              <section className="panel">
                <h2>{t(w.committed)}</h2>
                {receipt.items ? (
                  <ol className="commitment">
                    {receipt.items.map((item) => (
                      <li key={item.id}>{t(item.text)}</li>
                    ))}
                  </ol>
                ) : (
                  <p className="soft">{t(w.wordingChanged)}</p>
                )}
              </section>
            )}
            {became.data?.map((one) => (
              <Became key={one.filing.id} of={one} />
            ))}
            {receipt.synthetic && <p className="small soft">{t(w.madeUp)}</p>}
            <p className="only-print small">{t(w.checked)}</p>
          </article>
        )}
      </Answer>
    </Page>
  );
}
