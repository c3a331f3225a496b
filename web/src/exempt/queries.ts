import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import type { ExemptionRequest } from "@/api/types";
import type { Chosen } from "@/files/chosen";
import { dropHere } from "@/files/here";
import { sendFile } from "@/files/send";

/** How a record may be exempted by hand; none where the city says nothing of it. */
export function useExemptionRules(enabled: boolean) {
  return useQuery({
    queryKey: ["casework"],
    queryFn: () => read(api.GET("/api/casework")),
    staleTime: 600_000,
    enabled,
  });
}

/** What a verdict is told in: all of it is read again. */
const MOVED = ["records", "duties", "cases", "exemptions"];

function useMoved() {
  const client = useQueryClient();
  return async () => {
    await Promise.all(MOVED.map((what) => client.invalidateQueries({ queryKey: [what] })));
  };
}

/** An exemption to give, with files that the server has already and others that are still here. */
type Asked = Omit<ExemptionRequest, "proof"> & { handedIn: string[]; proof: Chosen[] };

/** Sends the proof, then what names it. */
export function useExempt(account: string) {
  const moved = useMoved();
  return useMutation({
    mutationFn: async ({ proof, handedIn, ...rest }: Asked) => {
      for (const one of proof) await sendFile(account, one);
      const body = { ...rest, proof: [...handedIn, ...proof.map((one) => one.hash)] };
      const answer = await read(api.POST("/api/exemptions", { body }));
      for (const one of proof) await dropHere(account, one.hash);
      return answer;
    },
    onSuccess: moved,
  });
}

export function useWithdraw(number: string) {
  const moved = useMoved();
  return useMutation({
    mutationFn: (why: string) =>
      read(api.POST("/api/exemptions/{number}/withdrawal", { params: { path: { number } }, body: { why } })),
    onSuccess: moved,
  });
}
