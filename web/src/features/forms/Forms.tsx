import { Link } from "react-router";
import { useForms } from "@/api/forms";
import { useAccount } from "@/api/session";
import { useText } from "@/i18n/lang";
import { ExportLink } from "@/ui/Button";
import { To } from "@/ui/Links";
import { Answer, Empty, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { Became } from "./Became";
import { Outbox } from "./Outbox";
import { useFiled } from "./queries";
import { w } from "./words";
import "./forms.css";

/** The forms of the city, and what waits on this device. */
export function Forms() {
  const t = useText();
  const own = useAccount()?.role === "firm";
  const forms = useForms();
  const filed = useFiled({}, own).data ?? [];
  return (
    <Page
      title={t(w.title)}
      under={t(w.lead)}
      actions={
        <>
          {!own && (
            <Link to="/inspections" className="button">
              {t(w.inspections)}
            </Link>
          )}
          <Link to="/receipts" className="button">
            {t(w.check)}
          </Link>
          <ExportLink to="/api/filings.xlsx" />
        </>
      }
    >
      <div className="stack filing">
        <Outbox />
        {!own && (
          <Notice>
            <p>
              {t(w.forWhom)} <To to="/records">{t(w.openRecords)}</To>
            </p>
          </Notice>
        )}
        <Answer of={forms}>
          {(all) =>
            all.length === 0 ? (
              <Empty>{t(w.none)}</Empty>
            ) : (
              <ul className="form-list">
                {all.map((form) => (
                  <li key={form.id} className="panel">
                    <h2>{t(form.title)}</h2>
                    <p>{t(form.summary)}</p>
                    {own && (
                      <Link className="button main" to={`/forms/${form.id}`}>
                        {t(w.fill)}
                      </Link>
                    )}
                  </li>
                ))}
              </ul>
            )
          }
        </Answer>
        {filed.length > 0 && <h2>{t(w.yours)}</h2>}
        {filed.map((one) => (
          <Became key={one.filing.id} of={one} linked />
        ))}
      </div>
    </Page>
  );
}
