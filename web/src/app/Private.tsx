import { Navigate, Outlet, useLocation } from "react-router";
import { useSession } from "@/api/session";
import { Answer } from "@/ui/Notice";

/** Pages for accounts: whoever is not signed in goes to the door, and from there to the page asked for. */
export function Private() {
  const session = useSession();
  const { pathname, search } = useLocation();
  return (
    <Answer of={session}>
      {(account) =>
        account ? <Outlet /> : <Navigate replace to={`/signin?to=${encodeURIComponent(pathname + search)}`} />
      }
    </Answer>
  );
}
