import { Navigate } from "react-router";
import { useSession } from "@/api/session";
import { Answer } from "@/ui/Notice";

/** The first page: the duties for officials, what is owed for a firm, the door for everyone else. */
export function Start() {
  const session = useSession();
  return (
    <Answer of={session}>
      {(account) => (
        <Navigate replace to={!account ? "/signin" : account.role === "firm" ? "/owed" : "/duties"} />
      )}
    </Answer>
  );
}
