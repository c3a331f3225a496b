import { useQuery } from "@tanstack/react-query";
import { api, read } from "@/api/client";

export function useMyPairings() {
  return useQuery({ queryKey: ["pairings"], queryFn: () => read(api.GET("/api/pairings")) });
}

export function useSchemes(area: string) {
  return useQuery({
    queryKey: ["pairings", "schemes", area],
    queryFn: () => read(api.GET("/api/pairings/schemes", { params: { query: area ? { area } : {} } })),
  });
}
