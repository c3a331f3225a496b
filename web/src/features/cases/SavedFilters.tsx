import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useAccount } from "@/api/session";
import { useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Input } from "@/ui/Field";
import { dropFilters, savedFilters, saveFilters } from "./saved";
import { w } from "./words";

/** Filters of one's own, kept on the device: one goes to them again, keeps those that are set now, or drops some. */
export function SavedFilters() {
  const t = useText();
  const account = useAccount()?.name ?? "";
  const query = useSearchParams()[0].toString();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [name, setName] = useState("");
  const saved = useQuery({
    queryKey: ["saved-filters", account],
    queryFn: () => savedFilters(account),
    networkMode: "always",
  });
  const changing = useMutation({
    networkMode: "always",
    mutationFn: (change: () => Promise<void>) => change(),
    onSuccess: () => client.invalidateQueries({ queryKey: ["saved-filters", account] }),
  });
  const keep = (event: FormEvent) => {
    event.preventDefault();
    setAsking(false);
    changing.mutate(() => saveFilters(account, { name: name.trim(), query }));
  };
  const all = saved.data ?? [];
  const here = all.find((one) => one.query === query);
  if (all.length === 0 && query === "") return null;
  return (
    <div className="row no-print cases-saved">
      {all.map((one) => (
        <Link key={one.name} to={`/cases?${one.query}`} aria-current={one === here ? "true" : undefined}>
          {one.name}
        </Link>
      ))}
      {here ? (
        <Button look="plain" onClick={() => changing.mutate(() => dropFilters(account, here.name))}>
          {t(w.forget(here.name))}
        </Button>
      ) : (
        query !== "" && (
          <Button look="plain" onClick={() => setAsking(true)}>
            {t(w.keep)}
          </Button>
        )
      )}
      <Dialog open={asking} title={t(w.keep)} onClose={() => setAsking(false)}>
        <form className="form" onSubmit={keep}>
          <p className="note">{t(w.keptHere)}</p>
          <Input label={t(w.keepName)} value={name} onChange={setName} required />
          <div className="row">
            <Button look="main" type="submit" disabled={name.trim() === ""}>
              {t(w.keep)}
            </Button>
            <Button onClick={() => setAsking(false)}>{t(w.clear)}</Button>
          </div>
        </form>
      </Dialog>
    </div>
  );
}
