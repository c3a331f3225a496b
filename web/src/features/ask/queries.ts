import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import type { SaidShape } from "@/api/types";

export function useAsked(token: string) {
  return useQuery({
    queryKey: ["ask", token],
    queryFn: () => read(api.GET("/api/ask/{token}", { params: { path: { token } } })),
  });
}

export function useSay(token: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SaidShape) =>
      read(api.POST("/api/ask/{token}", { params: { path: { token } }, body })),
    onSuccess: (asked) => client.setQueryData(["ask", token], asked),
  });
}
