import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useCity } from "@/api/city";
import { signIn } from "@/api/session";
import { useText } from "@/i18n/lang";
import type { Label } from "@/i18n/words";
import { Button } from "@/ui/Button";
import { Input } from "@/ui/Field";
import { Failure } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { onlyHere } from "./onlyHere";
import { roles, sees, w } from "./words";
import "./session.css";

/** Two doors: a firm asks without an account, an official signs in. */
export function SignIn() {
  const t = useText();
  const city = useCity().data;
  return (
    <Page title={city ? t(city.name) : t(w.title)}>
      <div className="doors">
        <section className="panel door-firm">
          <h2>{t(w.firmTitle)}</h2>
          <p>{t(w.firmText)}</p>
          <Link className="button main" to="/owed">
            {t(w.firmGo)}
          </Link>
        </section>
        <StaffDoor />
      </div>
    </Page>
  );
}

/** A sample account is named after its role. */
function demoWords(account: string): { who: Label; sees: Label } {
  const role = account.replace(/^demo-/, "");
  return isDemoRole(role) ? { who: roles[role], sees: sees[role] } : { who: both(account), sees: both("") };
}

function isDemoRole(role: string): role is keyof typeof roles {
  return Object.hasOwn(roles, role);
}

const both = (text: string): Label => ({ zh: text, en: text });

function StaffDoor() {
  const t = useText();
  const demo = useCity().data?.demo;
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const entering = useMutation({
    mutationFn: (who: { name: string; password: string }) => signIn(who.name, who.password),
    onSuccess: async (account) => {
      client.clear();
      client.setQueryData(["session"], account);
      await navigate(onlyHere(params.get("to")), { replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    entering.mutate({ name, password });
  };
  return (
    <section className="panel">
      <h2>{t(w.staff)}</h2>
      <form className="form" onSubmit={submit}>
        <Input label={t(w.name)} value={name} onChange={setName} autoComplete="username" required />
        <Input
          label={t(w.password)}
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          required
        />
        {entering.error && <Failure error={entering.error} />}
        <Button look="main" type="submit" disabled={entering.isPending}>
          {t(entering.isPending ? w.entering : w.enter)}
        </Button>
      </form>
      {demo && demo.accounts.length > 0 && (
        <div className="demo">
          <h3>{t(w.demo)}</h3>
          <p className="note">{t(w.demoWhy)}</p>
          <ul className="demo-list">
            {demo.accounts.map((account) => (
              <li key={account}>
                <Button
                  disabled={entering.isPending}
                  onClick={() => entering.mutate({ name: account, password: demo.password })}
                >
                  <strong>{t(demoWords(account).who)}</strong>
                  <span className="soft small">{t(demoWords(account).sees)}</span>
                </Button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
