import { expect, type Page, test } from "@playwright/test";
import { FIRM, PASSWORD } from "./accounts";

async function signIn(page: Page, name: string) {
  await page.goto("/signin");
  await page.getByLabel("账户").fill(name);
  await page.getByLabel("密码").fill(PASSWORD);
  await page.getByRole("button", { name: "登录" }).click();
  await page.waitForURL((url) => url.pathname !== "/signin");
}

const HEADINGS = ["下一步", "联系人", "防护物资", /^应享的政策 \d+ 项$/, /^在办事项 \d+ 件$/, "备案和检查"];

test("a firm and an office have the same plan, as a page and as PDF", async ({ page }) => {
  await signIn(page, FIRM);
  await page.goto("/plan");
  for (const name of HEADINGS)
    await expect(page.getByRole("heading", { level: 2, name, exact: true })).toBeVisible();
  const name = (await page.getByRole("heading", { level: 1 }).textContent()) ?? "";
  const steps = page.locator(".plan-next li");
  const next = await steps.allTextContents();
  // By day; what is late says so.
  const days = await steps.locator("strong").allTextContents();
  const dated = days.filter((day) => day.includes("年")).map((day) => day.replaceAll(/\D+/g, "-"));
  const sorted = [...dated].sort((a, b) => Date.parse(a.slice(0, -1)) - Date.parse(b.slice(0, -1)));
  expect(dated).toEqual(sorted);
  const pdf = await page.getByRole("link", { name: "PDF" }).getAttribute("href");
  const answer = await page.request.get(String(pdf));
  expect(answer.headers()["content-type"]).toBe("application/pdf");
  const own = new URL(String(pdf), page.url()).searchParams.get("record");

  await page.context().clearCookies();
  await signIn(page, "demo-administrator");
  await page.goto(`/records/firm/${own}`);
  await page.getByRole("link", { name: "一企一策" }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await expect(steps).toHaveCount(next.length);
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(wide).toBe(0);
});
