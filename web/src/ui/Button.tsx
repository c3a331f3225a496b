import type { ButtonHTMLAttributes, ReactNode } from "react";
import { useLang, useText } from "@/i18n/lang";
import { withQuery } from "./url";
import { w } from "./words";

type Look = "main" | "plain" | "danger";

export function Button({
  look,
  className,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look }) {
  return <button type="button" {...rest} className={["button", look, className].filter(Boolean).join(" ")} />;
}

export function PrintButton() {
  const t = useText();
  return <Button onClick={() => window.print()}>{t(w.print)}</Button>;
}

interface ExportLinkProps {
  /** The sheet's address in the API. */
  to: string;
  query?: Record<string, string | number | boolean | undefined>;
}

/**
 * Fetches a sheet the server writes, in the language of the page. A plain link, so that the browser shows its own
 * progress.
 */
export function ExportLink({ to, query }: ExportLinkProps) {
  const t = useText();
  const { lang } = useLang();
  return (
    <a className="button" href={withQuery(to, { ...query, lang })} download>
      {t(w.export)}
    </a>
  );
}

/** Opens a PDF that the server writes, in the language of the page, beside the page. */
export function PdfLink({ to, query, children }: ExportLinkProps & { children: ReactNode }) {
  const { lang } = useLang();
  return (
    <a className="button" href={withQuery(to, { ...query, lang })} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}
