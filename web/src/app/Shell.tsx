import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import {
  Link,
  NavLink,
  Outlet,
  ScrollRestoration,
  useLocation,
  useNavigate,
  useSearchParams,
} from "react-router";
import { useCity } from "@/api/city";
import { signOut, useAccount } from "@/api/session";
import { Bell } from "@/features/notices/Bell";
import { useLang, useText } from "@/i18n/lang";
import { carry } from "@/ui/url";
import { navigationOf, roleWord } from "./navigation";
import { w } from "./words";

/** What surrounds every page: the mast with the way around, the mark of made-up data, the foot. */
export function Shell() {
  const t = useText();
  const city = useCity().data;
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    // Keyboards and screen readers start at the new page, not where the last one was left.
    if (shown.current !== pathname) main.current?.focus({ preventScroll: true });
    shown.current = pathname;
  }, [pathname]);
  return (
    <>
      <a className="skip" href="#main">
        {t(w.skip)}
      </a>
      <Masthead />
      {city?.synthetic && (
        <aside className="made-up" aria-label={t(w.madeUpLabel)}>
          <p>{t(w.madeUp)}</p>
        </aside>
      )}
      <main id="main" ref={main} tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="foot">{t(w.foot)}</footer>
      <ScrollRestoration />
    </>
  );
}

function Masthead() {
  const t = useText();
  const city = useCity().data;
  const account = useAccount();
  const [params] = useSearchParams();
  const { pathname } = useLocation();
  const [open, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when the page changes
  useEffect(() => setOpen(false), [pathname]);
  return (
    <header className="masthead on-brand" data-open={open}>
      <div className="masthead-row">
        <Link to={carry("/", params)} className="wordmark">
          <Seal />
          <span>应尽{t({ zh: "", en: " Yingjin" })}</span>
          {city && <span className="city">{t(city.name)}</span>}
        </Link>
        <span className="masthead-bell">
          <Bell />
        </span>
        <button
          type="button"
          className="menu-button"
          aria-expanded={open}
          aria-controls="navigation"
          onClick={() => setOpen(!open)}
        >
          {t(w.menu)}
        </button>
        <nav className="nav" id="navigation" aria-label={t(w.navigation)}>
          {navigationOf(account?.role ?? null).map(({ to, word }) => (
            <NavLink key={to} to={carry(to, params)}>
              {t(word)}
            </NavLink>
          ))}
        </nav>
        <Tools />
      </div>
    </header>
  );
}

function Tools() {
  const t = useText();
  const { lang, setLang } = useLang();
  const account = useAccount();
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    await signOut();
    client.clear();
    await navigate("/signin");
  };
  return (
    <div className="masthead-tools">
      {account && (
        <span className="who">
          <span>{account.name}</span>
          <span>{t(roleWord(account.role))}</span>
        </span>
      )}
      <button
        type="button"
        lang={lang === "zh" ? "en" : "zh-CN"}
        onClick={() => setLang(lang === "zh" ? "en" : "zh")}
      >
        {t(w.switchLang)}
      </button>
      {account && (
        <button type="button" onClick={() => void leave()}>
          {t(w.signOut)}
        </button>
      )}
    </div>
  );
}

function Seal() {
  return (
    <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#fff" />
      <path
        d="M8 17l5.5 5.5L24.5 10"
        fill="none"
        stroke="var(--brand)"
        strokeWidth="4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
