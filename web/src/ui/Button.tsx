import type { ButtonHTMLAttributes } from "react";
import { useText } from "@/i18n/lang";
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

/** Fetches a file the server writes. A plain link, so that the browser shows its own progress. */
export function ExportLink({ href }: { href: string }) {
  const t = useText();
  return (
    <a className="button" href={href} download>
      {t(w.export)}
    </a>
  );
}
